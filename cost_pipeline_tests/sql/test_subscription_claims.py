"""What is claimed when, what never is, and what a late activity does to it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from cost_pipeline.books.ledger_tables import append_due, count_due
from cost_pipeline.models.library import all_models
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.sql.subscription_tables import (
    build_drafts,
    give_log,
    give_plans,
    problems,
    run_once,
)
from cost_pipeline_tests.tables import fresh_warehouse

NOW = datetime(2026, 5, 20, tzinfo=UTC)
ALWAYS = date(2000, 1, 1)
PLANS = [
    ("free", "Free", 1, 0, datetime(2020, 1, 1), None),
    ("basic", "Basic", 1, 1000, datetime(2020, 1, 1), None),
    ("basic", "Basic", 2, 2000, datetime(2026, 4, 15), None),
    ("pro", "Pro", 1, 3000, datetime(2020, 1, 1), None),
]
CREATED = ("a1", 1, "t", "r", "create_relay", "basic", datetime(2026, 3, 10, 8, 30))


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with fresh_warehouse(NOW, ALWAYS) as connection:
        give_plans(connection, PLANS)
        give_log(connection, [CREATED])
        yield connection


def at(
    connection: duckdb.DuckDBPyConnection, now: datetime, start: date | None = ALWAYS
) -> None:
    set_clock(connection, RunClock(now, start))


def shown(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(
        "select item_kind, amount_cents, cast(service_start as date), state "
        "from marts.subscription_items order by created_at, item_id"
    ).fetchall()


def test_without_a_start_everything_is_a_draft_and_nothing_is_written(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    at(warehouse, NOW, start=None)
    assert run_once(warehouse).new == 0
    assert shown(warehouse) == [
        ("create", 1000, date(2026, 3, 10), "draft"),
        ("renewal", 1000, date(2026, 4, 10), "draft"),
        ("renewal", 2000, date(2026, 5, 10), "draft"),
    ]
    documents = warehouse.execute(
        "select status, total_cents, is_provisional from core.anniversary_invoices"
    ).fetchall()
    assert sorted(documents) == [
        ("draft", 1000, True),
        ("draft", 1000, True),
        ("draft", 2000, True),
    ]


def test_items_before_the_start_are_shown_and_never_claimed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    at(warehouse, NOW, start=date(2026, 5, 1))
    assert run_once(warehouse).new == 1
    assert run_once(warehouse).new == 0
    assert [row[-1] for row in shown(warehouse)] == [
        "before_start",
        "before_start",
        "invoiced",
    ]
    assert problems(warehouse) == []


def test_the_instant_of_a_start_and_of_a_new_price_belongs_to_what_begins(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    give_log(
        warehouse,
        [
            (*CREATED[:-1], datetime(2026, 3, 15)),
            ("a2", 2, "t", "s", "create_relay", "basic", datetime(2026, 4, 15)),
        ],
    )
    at(warehouse, datetime(2026, 5, 1), start=date(2026, 4, 15))
    assert run_once(warehouse).new == 2
    assert sorted(shown(warehouse)) == [
        ("create", 1000, date(2026, 3, 15), "before_start"),
        ("create", 2000, date(2026, 4, 15), "invoiced"),
        ("renewal", 2000, date(2026, 4, 15), "invoiced"),
    ]


def test_what_was_claimed_is_corrected_even_if_the_start_was_moved_behind_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    run_once(warehouse)
    changed = ("a2", 2, "t", "r", "update_relay", "pro", datetime(2026, 4, 10, 8, 30))
    give_log(warehouse, [CREATED, changed])
    at(warehouse, NOW, start=date(2026, 6, 1))
    assert run_once(warehouse).new == 1
    assert ("correction", 1000, date(2026, 5, 10), "invoiced") in shown(warehouse)
    assert problems(warehouse) == []


def test_claiming_twice_writes_once_even_from_stale_drafts(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    build_drafts(warehouse)
    claims = all_models()["ledger.claims"]
    assert count_due(warehouse, claims) == 3
    assert append_due(warehouse, claims, tmp_path).new == 3
    assert append_due(warehouse, claims, tmp_path).new == 0
    assert count_due(warehouse, claims) == 0
    assert len(list(tmp_path.rglob("*.parquet"))) == 1


def test_a_late_deactivation_takes_back_what_was_renewed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    run_once(warehouse)
    issued = warehouse.execute("from core.anniversary_invoices order by all").fetchall()
    stopped = (
        "a2",
        2,
        "t",
        "r",
        "deactivate_relay",
        None,
        datetime(2026, 3, 10, 8, 30),
    )
    give_log(warehouse, [CREATED, stopped])
    assert run_once(warehouse).new == 0
    # All three charges are given back: as a credit that waits, for ever if need be.
    assert [row[1:] for row in shown(warehouse) if row[3] == "waiting"] == [
        (-1000, date(2026, 3, 10), "waiting"),
        (-1000, date(2026, 4, 10), "waiting"),
        (-2000, date(2026, 5, 10), "waiting"),
    ]
    after = warehouse.execute("from core.anniversary_invoices order by all").fetchall()
    assert after == issued
    assert problems(warehouse) == []


def test_a_correction_keeps_its_service_period_on_the_next_invoice(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    run_once(warehouse)
    changed = ("a2", 2, "t", "r", "update_relay", "pro", datetime(2026, 4, 10, 8, 30))
    give_log(warehouse, [CREATED, changed])
    assert run_once(warehouse).new == 2
    lines = warehouse.execute(
        "select line_kind, amount_cents, description, cast(service_start as date) "
        "from core.anniversary_lines join core.anniversary_invoices "
        "using (invoice_id) where total_cents = 3000 order by line_number"
    ).fetchall()
    assert lines == [
        ("plan_change", 2000, "Plan changed from Basic to Pro", date(2026, 4, 10)),
        ("adjustment", 1000, "Correction: Subscription renewal", date(2026, 5, 10)),
    ]
    assert problems(warehouse) == []


def test_a_correction_is_itself_corrected_when_the_row_is_taken_back(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    changed = ("a2", 2, "t", "r", "update_relay", "pro", datetime(2026, 4, 10, 8, 30))
    for log in ([CREATED], [CREATED, changed], [CREATED]):
        give_log(warehouse, log)
        run_once(warehouse)
    assert warehouse.execute(
        "select sum(amount_cents) from marts.subscription_items"
    ).fetchall() == [(4000,)]
    assert problems(warehouse) == []


def test_a_credit_gives_back_what_was_charged_and_not_the_new_price(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    # Renewed at 10.00 on the 10th; on the 25th, half the month later, it costs 20.00.
    stopped = (
        "a2",
        2,
        "t",
        "r",
        "deactivate_relay",
        None,
        datetime(2026, 4, 25, 8, 30),
    )
    give_log(warehouse, [CREATED, stopped])
    run_once(warehouse)
    assert ("deactivate", -500, date(2026, 4, 25), "waiting") in shown(warehouse)


def test_a_credit_for_what_began_after_a_price_rose_is_at_the_new_price(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    # The period began on the 10th, the price rose on the 15th, the relay came later.
    later = datetime(2026, 4, 25, 8, 30)
    log = [
        ("a1", 1, "t", "r", "create_relay", "free", CREATED[-1]),
        ("a2", 2, "t", "s", "create_relay", "basic", later),
        ("a3", 3, "t", "s", "deactivate_relay", None, later),
    ]
    give_log(warehouse, log)
    run_once(warehouse)
    assert shown(warehouse) == [
        ("create", 1000, date(2026, 4, 25), "settled"),
        ("deactivate", -1000, date(2026, 4, 25), "settled"),
    ]


def test_the_hour_that_is_not_over_waits(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    at(warehouse, datetime(2026, 3, 10, 8, 59, 59))
    assert run_once(warehouse).new == 0
    at(warehouse, datetime(2026, 3, 10, 9))
    assert run_once(warehouse).new == 1


def test_activities_after_now_are_ignored(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    at(warehouse, datetime(2026, 3, 10, 8, 29, 59))
    run_once(warehouse)
    assert shown(warehouse) == []
    at(warehouse, datetime(2026, 3, 10, 8, 30))
    run_once(warehouse)
    assert shown(warehouse) == [("create", 1000, date(2026, 3, 10), "waiting")]


def test_a_run_as_of_the_past_shows_what_was_known_and_claims_nothing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    run_once(warehouse)
    at(warehouse, datetime(2026, 4, 20))
    assert run_once(warehouse).new == 0
    assert [row[-1] for row in shown(warehouse)] == ["draft", "draft"]
    assert problems(warehouse) == []
    at(warehouse, NOW)
    assert run_once(warehouse).new == 0
    assert [row[-1] for row in shown(warehouse)] == ["invoiced"] * 3
