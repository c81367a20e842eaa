"""Which steps lead from each published table down to landed rows and events.

A step is a file of `dbt_like_sql/traces/`. Its query reads `asked` (the rows that were
asked for), the steps before it by their names, and published tables. `number` is what
is claimed and `total` what the rows sum to; a step without them is evidence that leads
on, one with `shown: no` only prepares others. Running steps, and saying whether the
sums meet, is `traces.py`.

`traces/<table>/<step>.sql` stands in for the shared `traces/<step>.sql` where a table
comes to its rows another way, and inherits the words it does not say.
"""

from dataclasses import dataclass, replace
from functools import cache

from cost_pipeline.models.model import SQL_FOLDER
from cost_pipeline.models.query_files import query_file

BILL = ("parts", "shares", "invoices")
DOCUMENT = ("lines", "items", "activities", "usage", "metered")
CREDITS = ("credits", "answered")
MARGINS = (*BILL, *DOCUMENT, *CREDITS)
ROLLED_UP = ("summed", "sums", "cells", *MARGINS)

STEPS = {
    "marts.cost_vs_revenue": ("cells", *MARGINS),
    "marts.margin_by_month": ROLLED_UP,
    "marts.margin_by_tenant": ROLLED_UP,
    "marts.margin_by_deployment": ROLLED_UP,
    "marts.margin_by_kind": ROLLED_UP,
    "marts.credit_margins": CREDITS,
    "marts.cost_allocation": BILL,
    "marts.cost_lines": BILL,
    "marts.provider_invoices": BILL,
    "marts.unmatched_costs": BILL,
    "marts.monthly_burn": ("balance", "billed", *BILL),
    "marts.cost_true_up": ("billed", *BILL, "inventory"),
    "marts.tenant_invoices": DOCUMENT,
    "marts.tenant_invoice_lines": DOCUMENT,
    "marts.usage_daily": ("days", "usage", "metered"),
    "marts.subscription_items": ("charges", "items", "activities"),
    "marts.spend_over_threshold": ("pieces", "rounded", "landed"),
    "marts.credit_balances": ("counted",),
}


@dataclass(frozen=True)
class TraceStep:
    """One level of a trace."""

    name: str
    title: str
    shows: str
    number: str = ""
    total: str = ""
    unit: str = ""
    is_shown: bool = True


def steps_of(table: str) -> tuple[TraceStep, ...]:
    """The steps of a published table, each after those it reads."""
    return tuple(read_step(*files_of(table, name)) for name in STEPS[table])


def files_of(table: str, name: str) -> tuple[str, ...]:
    """The files that say what a step is: the table's own before the shared one."""
    places = (f"traces/{table.split('.')[1]}/{name}", f"traces/{name}")
    return tuple(place for place in places if (SQL_FOLDER / f"{place}.sql").exists())


@cache
def read_step(*places: str) -> TraceStep:
    """Read a step; what its own file does not say, the shared one does."""
    files = [query_file(place) for place in places]

    def word(name: str) -> str:
        return next(filter(None, (file.word(name) for file in files)), "")

    step = TraceStep(
        places[0].rsplit("/", 1)[1],
        files[-1].purpose.removesuffix("."),
        files[0].query,
    )
    if word("shown") == "no":
        return replace(step, is_shown=False)
    return replace(step, number=word("number"), total=word("total"), unit=word("unit"))
