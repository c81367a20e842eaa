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
from cost_pipeline.models.model import all_models
from cost_pipeline.storage.connection import RunClock, open_memory, set_clock
from cost_pipeline.storage.ledger import prepare_ledger

# What the request and its answer are made of; the way there is read from the models.
CATALOG = ("core.billing_units", "core.versions_in_force")
ANSWER = "core.calendar_targets"
# A request stands in the place of these.
REQUESTED = frozenset({"core.quote_requests", "core.quote_addons", "core.quote_usage"})

REQUEST = """
create or replace table core.quote_requests as
select
    'quote' as quote_id,
    'quote' as tenant_id,
    'quote' as subscription_id,
    'quote' as deployment_id,
    versions.plan_version_id,
    versions.currency,
    cast($tax_code as varchar) as tax_code,
    months.month,
    months.next_month,
    greatest(cast($start as timestamp), cast(months.month as timestamp))
        as service_start,
    least(cast($end as timestamp), cast(months.next_month as timestamp))
        as service_end
from raw.plan_versions as versions
join ref.months as months
    on months.month = cast(date_trunc('month', cast($start as timestamp)) as date)
where versions.plan_version_id = $plan_version_id
"""

ADDONS = """
create or replace table core.quote_addons as
select
    requests.quote_id,
    cast(given.code as varchar) as addon_code,
    requests.service_start as held_since,
    cast(given.quantity as decimal(20, 6)) as quantity,
    requests.service_start,
    requests.service_end
from core.quote_requests as requests
cross join (select unnest($codes) as code, unnest($quantities) as quantity) as given
"""

# Hours and zones are counted in seconds, which hold no millionth of a unit; there the
# divisor grows instead, so that no typed digit is lost.
USAGE = """
create or replace table core.quote_usage as
with given as (
    select
        cast(kind as varchar) as billing_kind,
        cast(cast(quantity as decimal(20, 6)) * 1000000 as hugeint) as millionths
    from (select unnest($kinds) as kind, unnest($quantities) as quantity)
),
divided as (
    select
        requests.quote_id,
        given.billing_kind,
        given.millionths,
        cast(
            case
                when units.base_per_unit % 1000000 = 0 then units.base_per_unit
                else coalesce(units.base_per_unit, 1) * 1000000
            end as hugeint
        ) as per_unit
    from given
    cross join core.quote_requests as requests
    left join core.billing_units as units
        on units.month = requests.month and units.billing_kind = given.billing_kind
)
select
    quote_id,
    billing_kind,
    millionths * (per_unit // 1000000) as base_quantity,
    cast(per_unit as bigint) as base_per_unit
from divided
"""

LINES = """
select line_kind, resource_kind, quantity, unit_price_cents, amount_cents, currency,
    description
from core.calendar_targets
order by line_kind = 'tax', line_kind <> 'plan_base', line_kind <> 'addon', line_key
"""


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
        rows = connection.execute(LINES).fetchall()
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
    connection.execute(REQUEST, values)
    connection.execute(
        ADDONS,
        {"codes": list(request.addons), "quantities": _texts(request.addons)},
    )
    connection.execute(
        USAGE, {"kinds": list(request.usage), "quantities": _texts(request.usage)}
    )


def _version(connection: duckdb.DuckDBPyConnection, plan: str) -> str:
    """The version in force of a plan, or the version itself when one is named."""
    found = connection.execute(
        "select plan_version_id from core.versions_in_force "
        "where plan_code = $plan and valid_to is null "
        "union all select plan_version_id from raw.plan_versions "
        "where plan_version_id = $plan",
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


def _texts(quantities: Mapping[str, Decimal]) -> list[str]:
    """As text: a number passed on as a float would not be the number typed."""
    return [str(quantity) for quantity in quantities.values()]
