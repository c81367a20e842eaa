"""A balance is a replay: at any instant, in any order, however often it is sent."""

import json
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.tables import SourceFile, load_table
from cost_pipeline_tests.reference.credits import (
    Event,
    Ledger,
    Quota,
    boundary,
    plan,
    replay,
)
from cost_pipeline_tests.sql.credit_tables import balances, fill, warehouse

START = datetime(2026, 1, 29, 12)
QUOTAS = {
    "core": Quota(lifetime=5, gemini_lifetime=3),
    "pro": Quota(monthly=4, gemini_monthly=2),
    "max": Quota(gemini_monthly=3),
    # A lifetime quota makes a tier a lifetime one, whatever else it names.
    "trial": Quota(lifetime=4, monthly=9, gemini_monthly=1),
}
# Half days around month ends make boundaries, and events on them, likely.
STEPS = st.integers(min_value=1, max_value=280)
HANDED_OVER = 140
TIERS = ["core", "core", "pro", "pro", "max", "trial", "enterprise"]


def after(steps: int) -> datetime:
    return START + timedelta(hours=12 * steps)


@st.composite
def installs(draw):
    # Few moments for many credits, so that some of them share one.
    moments = st.sampled_from(draw(st.lists(STEPS, min_size=1, max_size=7)))
    backends = st.sampled_from(["gemini", "hardware"])
    spent = draw(
        st.lists(st.tuples(moments, st.sampled_from(TIERS), backends), max_size=14)
    )
    events = [
        Event(f"e{number}", after(steps), tier, backend)
        for number, (steps, tier, backend) in enumerate(spent)
    ]
    return events, draw(st.booleans())


def give_quotas(connection):
    rows = [
        {
            "tier": tier,
            "lifetime": quota.lifetime,
            "gemini_cap_lifetime": quota.gemini_lifetime,
            "monthly": quota.monthly,
            "gemini_cap_monthly": quota.gemini_monthly,
        }
        for tier, quota in QUOTAS.items()
    ]
    fill(connection, "raw.credit_quotas", rows)


def row_of(install_id, event):
    return {
        "event_id": f"{install_id}-{event.event_id}",
        "install_id": install_id,
        "occurred_at": event.at.isoformat(),
        "tier": event.tier,
        "backend": event.backend,
    }


def register(connection, many, first_seen_at=START):
    rows = [
        {
            "install_id": f"i{number}",
            "tier": "core",
            "has_hardware": has_hardware,
            "first_seen_at": first_seen_at,
        }
        for number, (_, has_hardware) in enumerate(many)
    ]
    fill(connection, "raw.installs", rows)


@settings(max_examples=25, deadline=None)
@given(
    many=st.lists(installs(), min_size=1, max_size=12),
    now=st.integers(0, 280).map(after),
)
def test_a_balance_at_any_instant_is_a_replay_up_to_it(many, now):
    connection = warehouse()
    give_quotas(connection)
    register(connection, many)
    rows = [
        row_of(f"i{number}", event)
        for number, (events, _) in enumerate(many)
        for event in events
    ]
    fill(connection, "raw.credit_events", rows)
    found = balances(connection, now.replace(tzinfo=UTC))
    for number, (events, has_hardware) in enumerate(many):
        expected = replay(events, QUOTAS, START, has_hardware, now)
        assert_equal(found[f"i{number}"], expected)


def assert_equal(row, expected):
    assert row["period_start"] == expected.period_start
    assert row["next_renewal_at"] == expected.next_renewal_at
    assert row["used"] == expected.used
    assert row["remaining"] == expected.remaining
    assert row["gemini_remaining"] == expected.gemini_remaining
    assert row["planned_backend"] == expected.backend
    assert row["reason"] == expected.reason


def stored(ledger: Ledger) -> dict[str, object]:
    """What the old service would have written down of an install."""
    return {
        "tier_snapshot": ledger.tier,
        "lifetime_consumed": ledger.lifetime.total,
        "lifetime_gemini_consumed": ledger.lifetime.gemini,
        "monthly_consumed": ledger.monthly.total,
        "monthly_gemini_consumed": ledger.monthly.gemini,
        "last_renewal_at": boundary(ledger.anchor_at, ledger.number).isoformat(),
        "anniversary_day": ledger.anchor_at.day,
    }


@settings(max_examples=20, deadline=None)
@given(
    many=st.lists(installs(), min_size=1, max_size=10),
    closed=st.integers(0, HANDED_OVER).map(after),
    now=st.integers(HANDED_OVER, 280).map(after),
)
def test_a_ledger_imported_at_any_instant_goes_on_as_if_it_had_never_stopped(
    many, closed, now
):
    rows, imported, expected = [], [], {}
    for number, (drawn, has_hardware) in enumerate(many):
        # The old service knew no tier without a quota.
        events = [e for e in drawn if e.at > closed or e.tier in QUOTAS]
        old = [event for event in events if event.at <= closed]
        ledger = Ledger(START, START)
        ledger.spend_all(old, QUOTAS)
        if ledger.has_paid and not ledger.monthly.total:
            # It had forgotten that the install once paid; so must we.
            ledger.has_paid = False
        name = f"i{number}"
        active = {"last_active_at": max(e.at for e in old).isoformat()} if old else {}
        imported.append({"install_id": name, **stored(ledger), **active})
        rows += [row_of(name, event) for event in events]
        ledger.spend_all([e for e in events if closed < e.at <= now], QUOTAS)
        ledger.roll(now)
        expected[name] = plan(ledger, QUOTAS, has_hardware)
    connection = warehouse()
    give_quotas(connection)
    # The old ledger knows better than the table since when an install is there.
    register(connection, many, START - timedelta(days=3))
    fill(connection, "raw.credit_events", rows)
    fill(connection, "raw.credit_ledger_import", imported)
    found = balances(connection, now.replace(tzinfo=UTC))
    for name, balance in expected.items():
        assert_equal(found[name], balance)


@settings(max_examples=15, deadline=None)
@given(
    many=st.lists(installs(), min_size=1, max_size=6),
    seed=st.integers(0, 999),
    now=STEPS.map(after),
)
def test_shuffled_and_repeated_events_change_nothing(tmp_path_factory, many, seed, now):
    rows = [
        row_of(f"i{number}", event)
        for number, (events, _) in enumerate(many)
        for event in events
    ]
    dice = random.Random(seed)
    again = rows + [row for row in rows if dice.random() < 0.5]
    dice.shuffle(again)
    path = tmp_path_factory.mktemp("credits") / "credit_events.jsonl"
    seen = []
    for sent in (rows, again):
        connection = warehouse()
        give_quotas(connection)
        register(connection, many)
        path.write_text("".join(json.dumps(row) + "\n" for row in sent), "utf-8")
        contract = all_contracts()["raw.credit_events"]
        load_table(connection, contract, SourceFile(path, "jsonl", "sha"))
        seen.append(balances(connection, now.replace(tzinfo=UTC)))
    assert seen[0] == seen[1]
