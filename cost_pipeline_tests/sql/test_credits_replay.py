"""A balance is a replay: at any instant, in any order, however often it is sent."""

import json
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.warehouse.loading import SourceFile, load_table
from cost_pipeline_tests.reference.credits import Event, Quota, replay
from cost_pipeline_tests.sql.credit_tables import balances, fill, warehouse

START = datetime(2026, 1, 29, 12)
QUOTAS = {
    "core": Quota(lifetime=5, gemini_lifetime=3),
    "pro": Quota(monthly=4, gemini_monthly=2),
    "max": Quota(gemini_monthly=3),
}
# Half days around month ends make boundaries, and events on them, likely.
STEPS = st.integers(min_value=1, max_value=280)


def after(steps: int) -> datetime:
    return START + timedelta(hours=12 * steps)


@st.composite
def installs(draw):
    spent = draw(
        st.lists(
            st.tuples(
                STEPS,
                st.sampled_from(["core", "core", "pro", "pro", "max", "enterprise"]),
                st.sampled_from(["gemini", "hardware"]),
            ),
            max_size=14,
        )
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


def register(connection, many):
    rows = [
        {
            "install_id": f"i{number}",
            "tier": "core",
            "has_hardware": has_hardware,
            "first_seen_at": START,
        }
        for number, (_, has_hardware) in enumerate(many)
    ]
    fill(connection, "raw.installs", rows)


@settings(max_examples=25, deadline=None)
@given(many=st.lists(installs(), min_size=1, max_size=12), now=STEPS.map(after))
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
        row = found[f"i{number}"]
        assert row["period_start"] == expected.period_start
        assert row["next_renewal_at"] == expected.next_renewal_at
        assert row["used"] == expected.used
        assert row["remaining"] == expected.remaining
        assert row["gemini_remaining"] == expected.gemini_remaining
        assert row["planned_backend"] == expected.backend
        assert row["reason"] == expected.reason


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
