"""Filling the tables of credits and reading balances, for the tests beside it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import duckdb

from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.tables import build_models, fresh_warehouse, give

NO_SUBSCRIPTIONS = {"core.activity_states": "tenant_id | created_at"}
GIVEN = (
    "raw.installs",
    "raw.credit_events",
    "raw.credit_quotas",
    "raw.credit_ledger_import",
)
QUOTA_NAMES = {
    "lifetime": "lifetime",
    "geminiCapLifetime": "gemini_cap_lifetime",
    "monthly": "monthly",
    "geminiCapMonthly": "gemini_cap_monthly",
}


def fill(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Give a table its rows as mappings; a key that is missing is null."""
    rows = list(rows)
    names = sorted({name for row in rows for name in row})
    if not rows:
        connection.execute(f"delete from {table}")
        return
    lines = [" | ".join(_cell(row.get(name)) for name in names) for row in rows]
    give(connection, table, "\n".join([" | ".join(names), *lines]))


def fill_quotas(
    connection: duckdb.DuckDBPyConnection, quotas: Mapping[str, Mapping[str, Any]]
) -> None:
    """Give the quotas as the old service was configured with them."""
    fill(
        connection,
        "raw.credit_quotas",
        [
            {"tier": tier} | {ours: caps.get(old) for old, ours in QUOTA_NAMES.items()}
            for tier, caps in quotas.items()
        ],
    )


def warehouse() -> duckdb.DuckDBPyConnection:
    """A warehouse without any credits; opened once, because that takes a while."""
    connection = _opened()
    for table in GIVEN:
        connection.execute(f"delete from {table}")
    return connection


@cache
def _opened() -> duckdb.DuckDBPyConnection:
    return fresh_warehouse()


def balances(
    connection: duckdb.DuckDBPyConnection,
    now: datetime,
    table: str = "marts.credit_balances",
) -> dict[str, dict[str, Any]]:
    """Compute the balances as of an instant, by install."""
    set_clock(connection, RunClock(now))
    build_models(connection, table, given=NO_SUBSCRIPTIONS)
    found = connection.execute(f"select * from {table}")
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["install_id"]: row for row in rows}


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "null" if value is None else str(value)
