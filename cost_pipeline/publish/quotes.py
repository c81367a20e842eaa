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

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.models.build import build
from cost_pipeline.models.calendar import make_calendar
from cost_pipeline.models.library import all_models
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.connection import RunClock, open_memory, set_clock
from cost_pipeline.storage.ledger import prepare_ledger

# What the request and its answer are made of; the way there is read from the models.
CATALOG = ("core.billing_units", "core.versions_in_force")
ANSWER = "core.calendar_targets"
# A request stands in the place of these.
REQUESTED = frozenset(
    {"core.quote_requests", "core.quote_addons", "core.covered_usage"}
)


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


def catalog_tables() -> list[str]:
    """The declared tables that a quote is made from, the request apart."""
    read = {
        table
        for model in models_behind(*CATALOG, ANSWER)
        for table in all_models()[model].upstream
    }
    return [table for table in all_contracts() if table in read]


def models_behind(*tables: str) -> list[str]:
    """The models behind some tables and these, upstream first, up to the request."""
    models = all_models()
    found: set[str] = set()
    for name in reversed(models):
        below = {t for t in found if name in models[t].upstream}
        if name not in REQUESTED and (below or name in tables):
            found.add(name)
    return [name for name in models if name in found]


def quote(
    request: QuoteRequest, now: datetime, catalog: duckdb.DuckDBPyConnection
) -> list[QuoteLine]:
    """Return the lines that an invoice would have, tax included.

    The catalog is that of an open warehouse, or of another connection that holds it.
    """
    with open_memory() as connection:
        set_clock(connection, RunClock(now))
        make_calendar(connection)
        prepare_ledger(connection, None)
        for table in catalog_tables():
            connection.execute(all_contracts()[table].ddl())
            _copy_rows(connection, table, table, catalog)
        _copy_rows(connection, "raw.ledger_decisions", "ledger.decisions", catalog)
        known = models_behind(*CATALOG)
        _build(connection, *known)
        _put_request(connection, request)
        _build(connection, *(t for t in models_behind(ANSWER) if t not in known))
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
        "core.covered_usage": _listed(request.usage),
    }
    for table, parameters in given.items():
        query = query_of(f"quotes/{table.split('.')[1]}")
        connection.execute(f"create or replace table {table} as {query}", parameters)


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


def _build(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    models = all_models()
    for table in tables:
        build(connection, models[table])


def _listed(quantities: Mapping[str, Decimal]) -> dict[str, list[str]]:
    """As texts: a number passed on as a float would not be the number typed."""
    return {
        "names": list(quantities),
        "quantities": [str(quantity) for quantity in quantities.values()],
    }
