"""What is owed, hour by hour: each instant of the provider once, no negative month."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cost_pipeline.models.library import all_audits
from cost_pipeline.models.rules import broken_audit
from cost_pipeline_tests.bill_world import BillWorld

APRIL_30 = datetime(2026, 4, 30, 22, 7, tzinfo=UTC)


def balance(generated_at, usage, owed="0.00"):
    return {
        "generated_at": generated_at,
        "month_to_date_usage": usage,
        "month_to_date_balance": usage,
        "account_balance": owed,
    }


@pytest.fixture
def world(tmp_path):
    return BillWorld(tmp_path)


def seen(world, *answers, since=APRIL_30):
    """Ask once an hour and build the books after the last answer."""
    for hour, answer in enumerate(answers):
        world.biller.balance = lambda answer=answer: answer
        world.sync(since + timedelta(hours=hour))
    world.books(since + timedelta(hours=len(answers)), tables=("marts.balances",))
    return world.rows(
        "select month, month_to_date_usage_micros, usage_change_micros "
        "from marts.balances order by generated_at"
    )


def test_a_month_begins_at_nothing_and_not_below(world):
    found = seen(
        world,
        balance("2026-04-30T22:00:00Z", "86.00"),
        balance("2026-04-30T23:00:00Z", "86.92"),
        balance("2026-05-01T00:00:00Z", "0.04"),
        balance("2026-05-01T01:00:00Z", "0.10"),
    )
    assert found == [
        (date(2026, 4, 1), 86_000_000, 86_000_000),
        (date(2026, 4, 1), 86_920_000, 920_000),
        (date(2026, 5, 1), 40_000, 40_000),
        (date(2026, 5, 1), 100_000, 60_000),
    ]


def test_an_answer_the_provider_kept_is_one_snapshot_and_its_newest_words_count(world):
    found = seen(
        world,
        balance("2026-04-30T22:00:00Z", "86.00"),
        balance("2026-04-30T22:00:00Z", "86.00"),
        balance("2026-04-30T22:00:00Z", "86.01"),
    )
    assert found == [(date(2026, 4, 1), 86_010_000, 86_010_000)]


def test_a_balance_that_the_history_does_not_explain_is_a_warning(world):
    audit = next(a for a in all_audits() if a.name == "balance_equals_history")
    entry = {"date": "2026-04-01T00:00:00Z", "description": "", "amount": "5.00"}
    world.biller.history = [
        entry | {"type": "Invoice"},
        entry | {"type": "AttemptFailed", "amount": "-5.00"},
        entry | {"type": "Novelty", "amount": "-1.00"},
    ]
    seen(world, balance("2026-04-30T22:00:00Z", "0.00", "4.00"))
    assert broken_audit(world.connection, audit) == []
    later = APRIL_30 + timedelta(hours=1)
    seen(world, balance("2026-04-30T23:00:00Z", "0.00", "5.00"), since=later)
    (broken,) = broken_audit(world.connection, audit)
    assert broken.is_warning
    assert broken.sample[0][-2:] == (5_000_000, 4_000_000)
