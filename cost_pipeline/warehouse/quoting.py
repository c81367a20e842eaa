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
from cost_pipeline.warehouse.building import build
from cost_pipeline.warehouse.connection import RunClock, open_memory, set_clock
from cost_pipeline.warehouse.ledger import prepare_ledger
from cost_pipeline.warehouse.models import all_models
from cost_pipeline.warehouse.reference import load_seed, make_calendar

CATALOG = (
    "raw.plans",
    "raw.plan_versions",
    "raw.plan_items",
    "raw.addons",
    "raw.resource_prices",
    "raw.tax_rates",
    "ref.billing_kinds",
)

# What a request is looked up in.
LOOKED_UP = (
    "staging.decisions",
    "staging.plans",
    "staging.plan_versions",
    "staging.plan_items",
    "staging.addons",
    "staging.resource_prices",
    "staging.tax_rates",
    "core.billing_units",
    "core.versions_in_force",
)

# The path from a request to its lines; what fills the request is not on it.
PATH = (
    "core.quote_allowances",
    "core.quote_overages",
    "core.quote_lines",
    "core.quote_taxes",
    "core.calendar_targets",
)

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
create or replace table core.covered_usage as
with given as (
    select
        cast(kind as varchar) as billing_kind,
        cast(cast(quantity as decimal(20, 6)) * 1000000 as hugeint) as millionths
    from (select unnest($kinds) as kind, unnest($quantities) as quantity)
),
divided as (
    select
        requests.month,
        requests.subscription_id,
        requests.deployment_id,
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
    month,
    subscription_id,
    deployment_id,
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
        _build(connection, *LOOKED_UP)
        _put_request(connection, request)
        _build(connection, *PATH)
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


def _build(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    models = all_models()
    for table in tables:
        build(connection, models[table])


def _texts(quantities: Mapping[str, Decimal]) -> list[str]:
    """As text: a number passed on as a float would not be the number typed."""
    return [str(quantity) for quantity in quantities.values()]
