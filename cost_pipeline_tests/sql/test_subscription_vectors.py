"""The acceptance vectors of subscription billing, all at once through the real models.

Every case becomes tenants of its own, by a prefix. Items of zero cents are dropped on
both sides, because none is stored.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cost_pipeline_tests.sql.subscription_tables import (
    Row,
    build_all,
    build_drafts,
    give_log,
    give_plans,
    insert,
    instant,
    problems,
    run_once,
    upstream_of,
)
from cost_pipeline_tests.tables import build_models, fresh_warehouse

VECTORS = Path(__file__).resolve().parents[1] / "golden" / "vectors"
LONG_AGO = datetime(1900, 1, 1)
AFTER_ALL = datetime(2028, 3, 1, tzinfo=UTC)
ITEMS = "core.subscription_items"
# The vectors claim when somebody polls, the pipeline at whole hours.
CLAIMED_AT_POLLS = f"""
update {ITEMS} as items set claimable_at = coalesce(
    (
        select min(poll_at) from polls
        where polls.tenant_id = items.tenant_id and poll_at >= items.created_at
    ),
    timestamp '9999-12-31'
)
"""
Json = dict[str, Any]


@cache
def cases(name: str) -> dict[str, Json]:
    content = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return {case["id"]: case for case in content["cases"]}


def parameters(name: str) -> list[Any]:
    return [pytest.param(key, id=f"{name}-{key}") for key in cases(name)]


def log_rows(prefix: str, activities: list[Json]) -> list[Row]:
    return [
        (
            f"{prefix}{activity['id']}",
            sequence,
            f"{prefix}{activity['tenant']}",
            activity["resource_id"],
            activity["type"],
            activity["plan_id"],
            instant(activity["created_at"]),
        )
        for sequence, activity in enumerate(activities, 1)
    ]


@pytest.fixture(scope="module")
def scenarios() -> Iterator[duckdb.DuckDBPyConnection]:
    """All scenarios in one warehouse, claimed at their polls, issued once."""
    every = cases("billing_scenarios")
    plans = {
        (plan["id"], plan["name"], plan["amount_cents"])
        for case in every.values()
        for plan in case["in"]["plans"]
    }
    ticks = [
        (f"{key}/{tenant['id']}", instant(poll))
        for key, case in every.items()
        for tenant in case["in"]["tenants"]
        for poll in sorted(set(case["in"]["polls"]))
    ]
    with fresh_warehouse(AFTER_ALL, issue_from=date(2000, 1, 1)) as connection:
        give_plans(
            connection,
            [(code, name, 1, price, LONG_AGO, None) for code, name, price in plans],
        )
        give_log(
            connection,
            [
                row
                for k, c in every.items()
                for row in log_rows(f"{k}/", c["in"]["activities"])
            ],
        )
        connection.execute("create table polls (tenant_id text, poll_at timestamp)")
        insert(connection, "polls", "tenant_id, poll_at", ticks)
        build_all(connection, upstream_of(ITEMS))
        connection.execute(CLAIMED_AT_POLLS)
        run_once(connection, given=[ITEMS])
        yield connection


@pytest.mark.parametrize("key", parameters("billing_scenarios"))
def test_a_scenario_gives_the_recommended_items(
    scenarios: duckdb.DuckDBPyConnection, key: str
) -> None:
    case = cases("billing_scenarios")[key]
    expected = [
        (
            f"{key}/{item['tenant']}",
            item["resource_id"],
            item["activity_id"] and f"{key}/{item['activity_id']}",
            item["plan_id"],
            item["amount_cents"],
            item["description"],
            instant(item["created_at"]),
            item["invoiced_at"] and instant(item["invoiced_at"]),
        )
        for item in case["out"]["recommended"]["invoice_items"]
        if item["amount_cents"] != 0
    ]
    found = scenarios.execute(
        "select tenant_id, resource_id, activity_id, plan_code, amount_cents, "
        "description, created_at, case when invoice_id is not null then tick_at end "
        "from marts.subscription_items "
        "where starts_with(tenant_id, ?) and created_at <= ?",
        [f"{key}/", instant(max(case["in"]["polls"]))],
    ).fetchall()
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("key", parameters("billing_scenarios"))
def test_a_scenario_gives_the_recommended_invoices(
    scenarios: duckdb.DuckDBPyConnection, key: str
) -> None:
    case = cases("billing_scenarios")[key]
    expected = [
        (
            f"{key}/{invoice['tenant']}",
            instant(invoice["created_at"]),
            instant(invoice["period_start"]),
            instant(invoice["period_end"]),
            invoice["amount_cents"],
            "issued",
        )
        for invoice in case["out"]["recommended"]["invoices"]
    ]
    found = scenarios.execute(
        "select tenant_id, (select min(tick_at) from ledger.claims "
        "where claims.invoice_id = documents.invoice_id), period_start, period_end, "
        "total_cents, status from core.anniversary_invoices as documents "
        "where starts_with(tenant_id, ?)",
        [f"{key}/"],
    ).fetchall()
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("key", parameters("billing_scenarios"))
def test_a_scenario_gives_the_recommended_tenants(
    scenarios: duckdb.DuckDBPyConnection, key: str
) -> None:
    case = cases("billing_scenarios")[key]
    last_poll = instant(max(case["in"]["polls"]))
    for tenant in case["out"]["recommended"]["tenants"]:
        name = f"{key}/{tenant['tenant']}"
        anchor = scenarios.execute(
            "select min(period_start), max(period_start) from core.periods "
            "where owner_id = ? and period_start <= ?",
            [name, last_poll],
        ).fetchall()
        waiting = scenarios.execute(
            "select coalesce(sum(amount_cents), 0) from marts.subscription_items "
            "where tenant_id = ? and created_at <= ? and claimed_at is null",
            [name, last_poll],
        ).fetchall()
        expected = (tenant["billing_anchor"], tenant["renewed_at"])
        assert anchor == [tuple(at and instant(at) for at in expected)]
        assert waiting == [(tenant["outstanding_cents"],)]


def test_a_net_of_exactly_zero_settles_without_an_invoice(
    scenarios: duckdb.DuckDBPyConnection,
) -> None:
    found = scenarios.execute(
        "select item_kind, amount_cents, state, invoice_id "
        "from marts.subscription_items where starts_with(tenant_id, '8/') "
        "and created_at = (select max(created_at) from core.activity_states "
        "where starts_with(tenant_id, '8/')) order by amount_cents"
    ).fetchall()
    assert found == [
        ("deactivate", -1000, "settled", None),
        ("renewal", 1000, "settled", None),
    ]


def test_every_check_and_audit_holds_on_the_scenarios(
    scenarios: duckdb.DuckDBPyConnection,
) -> None:
    assert problems(scenarios) == []


def test_the_remaining_part_of_a_price_is_exact() -> None:
    amounts, fractions = (
        cases("billing_prorate_at"),
        cases("billing_period_fraction_remaining"),
    )
    whole = 10**12
    given = [(f"amount-{k}", c["in"], c["in"]["amount"]) for k, c in amounts.items()]
    given += [(f"fraction-{k}", c["in"], whole) for k, c in fractions.items()]
    log: list[Row] = []
    for name, times, price in given:
        anchor, at = instant(times["anchor"]), instant(times["at"])
        log.append((f"{name}-1", 1, name, "first", "create_relay", "free", anchor))
        log.append((f"{name}-2", 2, name, "second", "create_relay", f"p{price}", at))
    with fresh_warehouse(AFTER_ALL) as connection:
        prices = {("free", 0)} | {(f"p{price}", price) for _, _, price in given}
        give_plans(
            connection,
            [(code, code, 1, price, LONG_AGO, None) for code, price in prices],
        )
        give_log(connection, log)
        build_models(connection, "core.subscription_charges")
        found = dict(
            connection.execute(
                "select tenant_id, amount_cents from core.subscription_charges "
                "where item_kind <> 'renewal'"
            ).fetchall()
        )
    for key, case in amounts.items():
        assert found.get(f"amount-{key}", 0) == case["out"]["recommended_amount"], case
    for key, case in fractions.items():
        part = found.get(f"fraction-{key}", 0) / whole
        assert part == pytest.approx(case["out"]["recommended"], abs=1e-12), case


def test_periods_start_where_the_vectors_say() -> None:
    starts, months = cases("billing_period_start_at"), cases("billing_add_one_month")
    anchors = {f"start-{k}": c["in"]["anchor"] for k, c in starts.items()}
    anchors |= {f"month-{k}": c["in"]["ts"] for k, c in months.items()}
    with fresh_warehouse(AFTER_ALL) as connection:
        give_log(
            connection,
            [
                (name, 1, name, "relay", "create_relay", "free", instant(anchor))
                for name, anchor in anchors.items()
            ],
        )
        build_models(connection, "core.periods")
        find = (
            "select max(period_start) from core.periods "
            "where owner_id = ? and period_start <= ?"
        )
        for key, case in starts.items():
            # Before the anchor there is no period yet: the first one begins there.
            now = max(case["in"]["now"], case["in"]["anchor"])
            found = connection.execute(find, [f"start-{key}", instant(now)]).fetchall()
            assert found == [(instant(case["out"]),)], case
        for key, case in months.items():
            found = connection.execute(
                "select period_end from core.periods "
                "where owner_id = ? and period_number = 0",
                [f"month-{key}"],
            ).fetchall()
            assert found == [(instant(case["out"]),)], case


def test_relay_states_fold_as_the_vectors_say() -> None:
    every = cases("billing_relay_states")
    # The vectors give the log in its order, whatever the times say: one instant, so
    # that the sequence alone decides.
    log = [
        (*row[:6], datetime(2026, 1, 1))
        for key, case in every.items()
        for row in log_rows(f"{key}/", case["in"]["activities"])
    ]
    with fresh_warehouse(AFTER_ALL) as connection:
        give_log(connection, log)
        build_drafts(connection)
        found = {
            (tenant, relay): (is_active, plan or None)
            for tenant, relay, is_active, plan in connection.execute(
                "select tenant_id, resource_id, arg_max(is_active_after, sequence), "
                "arg_max(plan_after, sequence) from core.activity_states group by all"
            ).fetchall()
        }
    for key, case in every.items():
        for relay, state in case["out"].items():
            # A relay that no billed activity speaks of is inactive and has no plan.
            tenant = f"{key}/{case['in']['activities'][0]['tenant']}"
            assert found.get((tenant, relay), (False, None)) == (
                state["active"],
                state["plan"],
            )
