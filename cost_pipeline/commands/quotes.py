"""`quote` and `preview`: what would be invoiced, from the SQL that invoices."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation

import duckdb
from rich.console import Console

from cost_pipeline.commands.queries import NothingPublished, as_table
from cost_pipeline.domain.amounts import format_cents, format_number
from cost_pipeline.settings import Settings, WrongUsage

# More does not fit the columns of the tables it is put into.
TOO_MUCH = 10**13


def show_quote(
    settings: Settings,
    console: Console,
    plan: str,
    addons: Sequence[str],
    usage: Sequence[str],
) -> None:
    """Print the lines and the total of a whole month on a plan."""
    from cost_pipeline.publish.quotes import QuoteRequest, quote
    from cost_pipeline.resources import run_clock

    quantities: dict[str, Decimal] = {}
    for kind, quantity in map(_pair, usage):
        quantities[kind] = quantities.get(kind, Decimal(0)) + quantity
    now = run_clock(settings).now
    # A whole month, and the running one, so that the prices in force now are used.
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    request = QuoteRequest(plan, start, addons=_counted(addons), usage=quantities)
    with _catalog(settings) as catalog:
        lines = quote(request, now, catalog)
    rows = [
        (
            line.line_kind,
            line.description,
            format_number(line.quantity),
            format_number(line.unit_price_cents),
            f"{line.currency} {_money(line.amount_cents)}",
        )
        for line in lines
    ]
    for currency in dict.fromkeys(line.currency for line in lines):
        total = sum(line.amount_cents for line in lines if line.currency == currency)
        rows.append(("total", "", "", "", f"{currency} {_money(total)}"))
    columns = ("line", "description", "quantity", "unit price in cents", "amount")
    console.print(as_table(columns, rows, f"a month on {plan}"))


def show_preview(settings: Settings, console: Console, month: str | None) -> None:
    """Print the documents that would be issued, against last month."""
    from cost_pipeline.publish.invoice_drafts import drafts_of
    from cost_pipeline.resources import opened_warehouse, run_clock

    if not settings.published_path.exists():
        raise NothingPublished("nothing is published yet; `cost-pipeline run` does it")
    clock = run_clock(settings)
    chosen = _month(month) if month else clock.now.date().replace(day=1)
    with opened_warehouse(settings, clock) as connection:
        found = drafts_of(connection, chosen)
    rows = [
        (
            entry.tenant_id,
            entry.invoice_id,
            entry.cycle,
            entry.document_type,
            entry.status,
            f"{entry.currency} {_money(entry.total_cents)}",
            "" if entry.last_month_cents is None else _money(entry.last_month_cents),
        )
        for entry in found
    ]
    columns = ("tenant", "document", "cycle", "type", "status", "total", "last month")
    title = f"{chosen:%B %Y}: {len(rows)} documents; nothing was written"
    console.print(as_table(columns, rows, title))


@contextmanager
def _catalog(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The catalog of the warehouse; before the first run that of the seeds."""
    from cost_pipeline.load.reference import seeded
    from cost_pipeline.publish.quotes import catalog_tables
    from cost_pipeline.resources import opened_warehouse, run_clock

    if not settings.warehouse_path.exists():
        with seeded(catalog_tables()) as connection:
            yield connection
        return
    with opened_warehouse(settings, run_clock(settings)) as connection:
        yield connection


def _pair(entry: str) -> tuple[str, Decimal]:
    kind, separator, quantity = entry.partition("=")
    try:
        value = Decimal(quantity)
    except InvalidOperation:
        value = Decimal("NaN")
    if not separator or not value.is_finite() or not 0 <= value < TOO_MUCH:
        raise WrongUsage(
            f"--usage {kind}: is written KIND=QUANTITY, from 0 to below {TOO_MUCH}"
        )
    return kind, value


def _counted(addons: Sequence[str]) -> dict[str, Decimal]:
    """Add-ons with how often each was named."""
    return {code: Decimal(addons.count(code)) for code in addons}


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        raise WrongUsage("the month is written YYYY-MM") from None


def _money(amount_cents: int) -> str:
    return format_cents(amount_cents, between=",")
