"""What stands on subscription invoices: tax, currency, prices, and what is odd."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import duckdb
import pytest

from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.sql.subscription_tables import (
    give_log,
    give_plans,
    insert,
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


def at(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    set_clock(connection, RunClock(now, ALWAYS))


def test_tax_of_the_tenant_stands_on_the_invoice_and_is_fixed_there(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    columns = "tenant_id, name, email_notifications, currency, tax_code, created_at"
    tenant = ("t", "T", True, "USD", "GST", datetime(2026, 1, 1))
    insert(warehouse, "raw.tenants", columns, [tenant])
    rates = "tax_code, rate, effective_from"
    insert(warehouse, "raw.tax_rates", rates, [("GST", "0.1255", date(2000, 1, 1))])
    at(warehouse, datetime(2026, 4, 1))
    run_once(warehouse)
    warehouse.execute("update raw.tax_rates set rate = 0.5")
    run_once(warehouse)
    assert warehouse.execute(
        "select subtotal_cents, tax_cents, total_cents from core.anniversary_invoices"
    ).fetchall() == [(1000, 126, 1126)]
    assert warehouse.execute(
        "select line_number, amount_cents, description "
        "from core.anniversary_lines where line_kind = 'tax'"
    ).fetchall() == [(2, 126, "Tax GST, 12.55 %, rounded half up")]
    assert problems(warehouse) == []


def test_an_invoice_at_the_instant_a_rate_changes_has_the_new_rate(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    columns = "tenant_id, name, email_notifications, currency, tax_code, created_at"
    tenant = ("t", "T", True, "USD", "GST", datetime(2026, 1, 1))
    insert(warehouse, "raw.tenants", columns, [tenant])
    change = date(2026, 3, 15)
    rates = [("GST", "0.1", date(2000, 1, 1), change), ("GST", "0.2", change, None)]
    names = "tax_code, rate, effective_from, effective_to"
    insert(warehouse, "raw.tax_rates", names, rates)
    give_log(warehouse, [(*CREATED[:-1], datetime(2026, 3, 14, 23, 30))])
    at(warehouse, datetime(2026, 4, 1))
    assert run_once(warehouse).new == 1
    assert warehouse.execute(
        "select subtotal_cents, tax_cents from core.anniversary_invoices"
    ).fetchall() == [(1000, 200)]


def test_a_tax_without_a_rate_holds_every_claim_and_is_named(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    columns = "tenant_id, name, email_notifications, currency, tax_code, created_at"
    tenant = ("t", "T", True, "USD", "GST", datetime(2026, 1, 1))
    insert(warehouse, "raw.tenants", columns, [tenant])
    rates = "tax_code, rate, effective_from"
    # Known in May; the invoices of March and April come first and have none.
    insert(warehouse, "raw.tax_rates", rates, [("GST", "0.1", date(2026, 5, 1))])
    assert run_once(warehouse).new == 0
    assert warehouse.execute(
        "select subject_id, detail from core.activity_findings order by all"
    ).fetchall() == [
        (f"subscription:t:USD:2026-{month}-10T09:00:00", "no rate of tax GST")
        for month in ("03", "04", "05")
    ]
    warehouse.execute("update raw.tax_rates set effective_from = date '2000-01-01'")
    assert run_once(warehouse).new == 3
    assert warehouse.execute(
        "select tax_cents from core.anniversary_invoices order by period_start"
    ).fetchall() == [(100,), (100,), (200,)]
    assert problems(warehouse) == []


def test_two_currencies_never_share_an_invoice(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        "update raw.plan_versions set currency = 'AUD' where plan_code = 'pro'"
    )
    changed = ("a2", 2, "t", "r", "update_relay", "pro", datetime(2026, 3, 10, 8, 30))
    give_log(warehouse, [CREATED, changed])
    at(warehouse, datetime(2026, 4, 1))
    run_once(warehouse)
    assert warehouse.execute(
        "select currency, sum(amount_cents), bool_and(state = 'settled') "
        "from marts.subscription_items group by currency order by currency"
    ).fetchall() == [("AUD", 3000, False), ("USD", 0, True)]


def test_a_voided_invoice_says_so(warehouse: duckdb.DuckDBPyConnection) -> None:
    at(warehouse, datetime(2026, 4, 1))
    run_once(warehouse)
    warehouse.execute(
        "insert into ledger.decisions by name select 'd' as decision_id, "
        "'void-invoice' as decision, invoice_id as subject_id, '{}' as details, "
        "now_at as decided_at, 'h' as input_hash, 1 as batch, now_at as written_at "
        "from core.anniversary_invoices cross join ref.clock"
    )
    run_once(warehouse)
    assert warehouse.execute(
        "select status from core.anniversary_invoices"
    ).fetchall() == [("void",)]


def test_a_version_an_operator_published_counts_from_that_decision(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    versions = "plan_version_id, plan_code, version, base_price_cents, currency, status"
    draft = ("basic-v3", "basic", 3, 4000, "USD", "draft")
    insert(warehouse, "raw.plan_versions", versions, [draft])
    insert(
        warehouse,
        "ledger.decisions",
        "decision_id, decision, subject_id, details, decided_at, input_hash, batch, "
        "written_at",
        [
            (
                "d",
                "publish-plan-version",
                "basic-v3",
                "{}",
                datetime(2026, 5, 1),
                "h",
                1,
                datetime(2026, 5, 1),
            )
        ],
    )
    run_once(warehouse)
    assert warehouse.execute(
        "select amount_cents from marts.subscription_items order by created_at"
    ).fetchall() == [(1000,), (1000,), (4000,)]


def test_what_charged_nothing_is_named_with_its_reason(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    log = [
        ("a2", 2, "t", "r", "activate_relay", None, datetime(2026, 3, 11)),
        ("a3", 3, "t", "r", "update_relay", "mystery", datetime(2026, 3, 12)),
        ("a4", 4, "t", "r", "update_relay", "pro", datetime(2026, 5, 13)),
        ("a5", 5, "t", "r", "deactivate_relay", None, datetime(2026, 5, 14)),
        ("a6", 6, "t", "r", "update_relay", "basic", datetime(2026, 5, 15)),
        ("a7", 7, "t", "r", "deactivate_relay", None, datetime(2026, 5, 14, 12)),
        ("a8", 8, "t", "r", "reboot_relay", None, datetime(2026, 5, 16)),
        ("a9", 9, "t", "s", "create_relay", None, datetime(2026, 5, 17)),
    ]
    give_log(warehouse, [CREATED, *log])
    run_once(warehouse)
    found = warehouse.execute(
        "select finding, subject_id from core.activity_findings order by all"
    ).fetchall()
    assert found == [
        ("change_without_plan", "a9"),
        ("inactive_plan_change", "a6"),
        ("out_of_order", "a7"),
        ("plan_without_price", "a3"),
        ("plan_without_price", "a4"),
        ("redundant_activity", "a2"),
        ("redundant_activity", "a7"),
        ("renewal_without_price", "t/r/2026-04-10T08:30:00"),
        ("renewal_without_price", "t/r/2026-05-10T08:30:00"),
        ("unknown_activity_type", "a8"),
    ]


def test_a_change_from_a_plan_that_was_priced_too_late_to_be_charged_is_named(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    give_plans(warehouse, [("new", "New", 1, 500, datetime(2026, 3, 20), None)])
    log = [
        (*CREATED[:5], "new", CREATED[-1]),
        ("a2", 2, "t", "r", "update_relay", "pro", datetime(2026, 3, 25)),
    ]
    give_log(warehouse, log)
    at(warehouse, datetime(2026, 4, 1))
    assert run_once(warehouse).new == 0
    assert warehouse.execute(
        "select finding, subject_id from core.activity_findings order by all"
    ).fetchall() == [("plan_without_price", "a1"), ("plan_without_price", "a2")]


def test_hostile_names_cannot_share_an_item(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    log = [
        ("x1", 1, "a/b", "c", "create_relay", "basic", datetime(2026, 3, 1)),
        ("x2", 1, "a", "b/c", "create_relay", "basic", datetime(2026, 3, 1)),
        ("x3", 1, "a%2Fb", "'; drop", "create_relay", "basic", datetime(2026, 3, 1)),
    ]
    give_log(warehouse, log)
    assert run_once(warehouse).new == 9
    assert problems(warehouse) == []
