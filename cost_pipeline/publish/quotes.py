"""Quotes: what a plan, add-ons and usage would cost, from the SQL that invoices.

One request is put in the place of the tables that subscriptions and metering fill, in
a warehouse of its own in memory, and the same models are built. Nothing is computed
here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.reference import load_seed, make_calendar
from cost_pipeline.models.build import build
from cost_pipeline.models.model import all_models
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.connection import RunClock, open_memory, set_clock
from cost_pipeline.storage.ledger import prepare_ledger

CATALOG = (
    "raw.plans",
    "raw.plan_versions",
    "raw.plan_items",
    "raw.addons",
    "raw.resource_prices",
    "raw.tax_rates",
    "ref.billing_kinds",
)

# What one request fills, in the place of subscriptions and metering.
REQUESTED = ("core.quote_requests", "core.quote_addons", "core.quote_usage")


class NotInCatalog(Exception):
    """A plan, add-on or kind that the catalog does not name."""


@dataclass(frozen=True)
class QuoteRequest:
    """What is asked: a plan or one of its versions, add-ons by code, usage by kind.

    `start` and `end` are the time of service inside the month of `start`; without an
    end it is the rest of that month.
    """

    plan: str
    start: datetime
    end: datetime | None = None
    addons: Mapping[str, Decimal] = field(default_factory=dict)
    usage: Mapping[str, Decimal] = field(default_factory=dict)
    tax_code: str | None = None


@dataclass(frozen=True)
class QuoteLine:
    """One line, as it would stand on the invoice."""

    line_kind: str
    resource_kind: str | None
    quantity: Decimal
    unit_price_cents: Decimal
    amount_cents: int
    currency: str
    description: str


def quote(
    request: QuoteRequest, now: datetime, catalog: duckdb.DuckDBPyConnection | None
) -> list[QuoteLine]:
    """Return the lines that an invoice would have, tax included.

    The catalog is that of an open warehouse, or without one the default of the seeds.
    """
    with open_memory() as connection:
        set_clock(connection, RunClock(now))
        make_calendar(connection)
        prepare_ledger(connection, None)
        for table in CATALOG:
            _load_table(connection, all_contracts()[table], catalog)
        if catalog is not None:
            _copy_rows(connection, "raw.ledger_decisions", "ledger.decisions", catalog)
        for table in ("core.billing_units", "core.versions_in_force"):
            build_from_request(connection, table)
        _put_request(connection, request)
        build_from_request(connection, "core.calendar_targets")
        rows = connection.execute(query_of("quotes/lines")).fetchall()
    return [QuoteLine(*row) for row in rows]


def _put_request(connection: duckdb.DuckDBPyConnection, request: QuoteRequest) -> None:
    """Fill the tables that the path reads, with this one request."""
    start = request.start.astimezone(UTC).replace(tzinfo=None)
    end = request.end.astimezone(UTC).replace(tzinfo=None) if request.end else None
    _refuse_unknown(connection, "add-on", "raw.addons", "addon_code", request.addons)
    _refuse_unknown(
        connection, "billing kind", "ref.billing_kinds", "billing_kind", request.usage
    )
    values = {
        "plan_version_id": _version(connection, request.plan),
        "tax_code": request.tax_code,
        "start": start,
        "end": end,
    }
    given = {
        "core.quote_requests": values,
        "core.quote_addons": _listed(request.addons),
        "core.quote_usage": _listed(request.usage),
    }
    for table in REQUESTED:
        query = query_of(f"quotes/{table.split('.')[1]}")
        connection.execute(f"create or replace table {table} as {query}", given[table])


def _version(connection: duckdb.DuckDBPyConnection, plan: str) -> str:
    """The version in force of a plan, or the version itself when one is named."""
    found = connection.execute(
        query_of("quotes/version"),
        {"plan": plan},
    ).fetchall()
    if not found:
        known = connection.execute(
            "select plan_code from core.versions_in_force "
            "where valid_to is null order by plan_code"
        ).fetchall()
        names = ", ".join(row[0] for row in known)
        raise NotInCatalog(f"there is no plan {plan}; there are {names}")
    return str(found[0][0])


def _refuse_unknown(
    connection: duckdb.DuckDBPyConnection,
    what: str,
    table: str,
    column: str,
    given: Mapping[str, Decimal],
) -> None:
    known = sorted(
        row[0] for row in connection.execute(f"select {column} from {table}").fetchall()
    )
    for name in given:
        if name not in known:
            raise NotInCatalog(
                f"there is no {what} {name}; there are {', '.join(known)}"
            )


def _load_table(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    source: duckdb.DuckDBPyConnection | None,
) -> None:
    """Copy a small table from the open warehouse, or load its default."""
    connection.execute(contract.ddl())
    if source is None:
        load_seed(connection, contract)
    else:
        _copy_rows(connection, contract.table, contract.table, source)


def _copy_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    target: str,
    source: duckdb.DuckDBPyConnection,
) -> None:
    found = source.execute(f"select * from {table}")
    names = ", ".join(column[0] for column in found.description or ())
    rows = found.fetchall()
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into {target} ({names}) values ({marks})", rows)


def build_from_request(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Build a table with all that it is made from; what the request fills stands."""
    models = all_models()
    wanted = {table}
    for name in reversed(models):
        if name in wanted:
            wanted |= {*models[name].upstream} - {*REQUESTED}
    for name, model in models.items():
        if name in wanted:
            build(connection, model)


def _listed(quantities: Mapping[str, Decimal]) -> dict[str, list[str]]:
    """As texts: a number passed on as a float would not be the number typed."""
    return {
        "names": list(quantities),
        "quantities": [str(quantity) for quantity in quantities.values()],
    }
