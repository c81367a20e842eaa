"""Hosted machines and plans as rows, for the tests of spend."""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import duckdb

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.reference import load_seed
from cost_pipeline_tests.reference.spend import (
    INHERITED_CENTS_AN_HOUR,
    PLAN_CENTS,
    Machine,
)
from cost_pipeline_tests.tables import NOW, build_models, fresh_warehouse

NO_COSTS = {
    "core.cost_allocation": "invoice_uuid|tenant_id|bucket|amount_micros|currency",
    "core.provider_invoices": "invoice_uuid|period_start",
    "core.fx_daily": """
        day        | base | quote | rate | rate_date
        2000-01-01 | USD  | EUR   | 1.5  | 2000-01-01
    """,
    "core.size_prices": "account|slug|price_hourly_micros|currency",
    "core.activity_states": (
        "tenant_id|resource_id|created_at|next_at|is_active_after|plan_after"
    ),
    "core.plan_prices": ("plan_code|base_price_cents|currency|valid_from|valid_to"),
}
FINDING = "finding|subject_id|tenant_id|detail|happened_at"
NO_LEAKS = {
    "core.margins": (
        "month|tenant_id|deployment_id|currency|revenue_cents|cost_cents|is_final"
    ),
    "core.usage_findings": FINDING,
    "core.cost_findings": FINDING,
}
PLANS = "core.tenant_plans"
PLAN_HEADER = (
    "tenant_id|deployment_id|plan_code|plan_version_id|base_price_cents|currency"
    "|valid_from|valid_to\n"
)
INHERITED = {
    name: Fraction(cents, 3600) for name, cents in INHERITED_CENTS_AN_HOUR.items()
}


def plans_text(plans: Mapping[str, tuple[str, int, str]]) -> str:
    """A `core.tenant_plans` in which every tenant has one plan since 2020."""
    rows = (
        f"{tenant}||{code}|v|{price}|{currency}|2020-01-01|null"
        for tenant, (code, price, currency) in plans.items()
    )
    return PLAN_HEADER + "\n".join(rows)


def plan(code: str) -> tuple[str, int, str]:
    return code, PLAN_CENTS[code] or 0, "USD"


def hosted_warehouse(
    now: datetime = NOW, issue_from: date | None = None, *, inherited: bool = True
) -> duckdb.DuckDBPyConnection:
    """A warehouse with a rate card: the inherited one, or the one in use."""
    connection = fresh_warehouse(now, issue_from)
    if not inherited:
        load_seed(connection, all_contracts()["raw.instance_rates"])
        return connection
    rows = [
        ("mockforge-2026", name, cents, 3600, date(2020, 1, 1), "inherited", "test", n)
        for n, (name, cents) in enumerate(INHERITED_CENTS_AN_HOUR.items())
    ]
    connection.executemany(
        "insert into raw.instance_rates values (?,?,?,?,?,?,?,?)", rows
    )
    connection.execute("delete from ref.rate_cards")
    connection.execute(
        "insert into ref.rate_cards "
        "values ('mockforge-2026', 'USD', 'shared-cpu-1x', 'test', 1)"
    )
    return connection


def give_machines(
    connection: duckdb.DuckDBPyConnection,
    machines: Mapping[str, tuple[str, Machine]],
) -> None:
    """Insert machines by id, each with its tenant and its events."""
    rows = [
        (
            name,
            tenant,
            machine.instance_type,
            machine.status,
            machine.created_at,
            machine.deleted_at,
            "test",
            number,
        )
        for number, (name, (tenant, machine)) in enumerate(machines.items())
    ]
    events = [
        (name, status, at, "test", 1)
        for name, (_, machine) in machines.items()
        for at, status in machine.events
    ]
    if rows:
        connection.executemany(
            "insert into raw.hosted_deployments values (?,?,?,?,?,?,?,?)", rows
        )
    if events:
        connection.executemany(
            "insert into raw.hosted_status_events values (?,?,?,?,?)", events
        )


def machines_of(connection: duckdb.DuckDBPyConnection, tenant: str) -> list[Machine]:
    """Read a tenant's machines back, for a rule that is not SQL."""
    events: dict[str, list[tuple[datetime, str]]] = {}
    for name, at, status in connection.execute(
        "select deployment_id, occurred_at, status from raw.hosted_status_events"
    ).fetchall():
        events.setdefault(name, []).append((at, status))
    rows = connection.execute(
        "select deployment_id, instance_type, status, created_at, deleted_at "
        "from raw.hosted_deployments where tenant_id = ? order by all",
        [tenant],
    ).fetchall()
    return [
        Machine(kind, status, start, end, tuple(sorted(events.get(name, []))))
        for name, kind, status, start, end in rows
    ]


def spend_of(
    machines: Mapping[str, Machine],
    *,
    select: str,
    given: Mapping[str, str] | None = None,
    now: datetime = NOW,
    inherited: bool = True,
    table: str = "thresholds",
) -> list[tuple[Any, ...]]:
    """Rows of a `core.spend_...` table for the machines of one tenant, `t`."""
    connection = hosted_warehouse(now, inherited=inherited)
    give_machines(connection, {n: ("t", m) for n, m in machines.items()})
    build_models(connection, f"core.spend_{table}", given={**NO_COSTS, **(given or {})})
    return connection.execute(
        f"select {select} from core.spend_{table} order by all"
    ).fetchall()
