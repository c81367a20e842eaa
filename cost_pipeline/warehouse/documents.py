"""Documents for people: statements to print, a journal to book, a preview to compare.

What stands on a document is SQL; here it only gets a form. Texts come from outside and
are data: HTML escapes them, the CSV neutralises what a spreadsheet would compute.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import jinja2

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

JOURNAL_COLUMNS = (
    "entry_date",
    "document",
    "event",
    "tenant_id",
    "tenant",
    "account",
    "debit",
    "credit",
    "currency",
)

RECEIVABLE, REVENUE, TAX = "accounts_receivable", "revenue", "tax_payable"

# Null parameters choose everything. The name of an issued document is the one that was
# printed on it.
HEADERS = """
select invoices.*,
    coalesce(issued.tenant_name, tenants.name, invoices.tenant_id) as tenant_name,
    calendar.notes
from marts.tenant_invoices as invoices
left join ledger.documents as issued using (invoice_id)
left join core.calendar_documents as calendar using (invoice_id)
left join raw.tenants as tenants on tenants.tenant_id = invoices.tenant_id
where coalesce(invoices.tenant_id = $tenant, true)
    and coalesce(date_trunc('month', invoices.period_start) = $month, true)
order by invoices.period_start, invoices.number
"""

LINES = """
select lines.*
from marts.tenant_invoice_lines as lines
join ({headers}) as headers using (invoice_id)
order by lines.invoice_id, lines.line_number
"""

# A void document stays in the journal, followed by its reversal on the day of the void.
JOURNAL = """
with booked as (
    select invoices.*, cast(issued_at as date) as entry_date, 1 as direction,
        'issued' as event
    from ({headers}) as invoices
    where status in ('issued', 'paid', 'void')
    union all
    select invoices.*, cast(voids.voided_at as date), -1, 'void'
    from ({headers}) as invoices
    join staging.voids as voids
        on voids.invoice_id in (invoices.invoice_id, invoices.corrects_invoice_id)
    where invoices.status = 'void'
    qualify row_number() over (
        partition by invoices.invoice_id order by voids.voided_at
    ) = 1
)
select entry_date, number, event, tenant_id, tenant_name, currency,
    direction * subtotal_cents, direction * tax_cents, direction * total_cents
from booked
order by entry_date, number, event
"""

PREVIEW = """
with drafts as (
    select tenant_id, currency, cycle, invoice_id, document_type, status,
        subtotal_cents, tax_cents, total_cents
    from marts.tenant_invoices
    where date_trunc('month', period_start) = $month
        and status in ('draft', 'before_start')
),
before as (
    select tenant_id, currency, cycle, sum(total_cents) as total_cents
    from marts.tenant_invoices
    where date_trunc('month', period_start) = $month - interval 1 month
        and status <> 'void'
    group by tenant_id, currency, cycle
)
select drafts.tenant_id, drafts.currency, drafts.cycle, drafts.invoice_id,
    drafts.document_type, drafts.status, drafts.subtotal_cents, drafts.tax_cents,
    drafts.total_cents, before.total_cents
from drafts
left join before using (tenant_id, currency, cycle)
order by drafts.tenant_id, drafts.currency, drafts.cycle, drafts.invoice_id
"""


@dataclass(frozen=True)
class Previewed:
    """A document that would be issued, beside what the same customer had last month."""

    tenant_id: str
    currency: str
    cycle: str
    invoice_id: str
    document_type: str
    status: str
    subtotal_cents: int
    tax_cents: int
    total_cents: int
    last_month_cents: int | None


def preview(connection: duckdb.DuckDBPyConnection, month: date) -> list[Previewed]:
    """The drafts of a month, against the month before; nothing is written."""
    rows = connection.execute(PREVIEW, {"month": month.replace(day=1)}).fetchall()
    return [Previewed(*row) for row in rows]


def statements(
    connection: duckdb.DuckDBPyConnection,
    tenant: str | None = None,
    month: date | None = None,
) -> Iterator[tuple[str, str]]:
    """Each document's number and its statement as one self-contained HTML page."""
    chosen = _chosen(tenant, month)
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in _records(connection, LINES.format(headers=_unordered()), chosen):
        lines.setdefault(line["invoice_id"], []).append(line)
    for header in _records(connection, HEADERS, chosen):
        body = _template().render(
            document=header, lines=lines.get(header["invoice_id"], [])
        )
        yield header["number"], body


def journal(
    connection: duckdb.DuckDBPyConnection,
    tenant: str | None = None,
    month: date | None = None,
) -> str:
    """The double entry of all issued documents as CSV; debits equal credits."""
    query = JOURNAL.format(headers=_unordered())
    booked = connection.execute(query, _chosen(tenant, month)).fetchall()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(JOURNAL_COLUMNS)
    for *named, currency, subtotal, tax, total in booked:
        texts = [neutral(str(value)) for value in named]
        for account, owed in ((RECEIVABLE, total), (REVENUE, -subtotal), (TAX, -tax)):
            if owed:
                debit, credit = max(owed, 0), max(-owed, 0)
                amounts = [
                    money(debit) if debit else "",
                    money(credit) if credit else "",
                ]
                writer.writerow([*texts, account, *amounts, neutral(currency)])
    return stream.getvalue()


def neutral(text: str) -> str:
    """A text as a spreadsheet shows it, never as a formula it computes."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def money(amount_cents: int) -> str:
    """Cents as an amount with two decimals, exactly."""
    sign = "-" if amount_cents < 0 else ""
    return f"{sign}{abs(amount_cents) // 100}.{abs(amount_cents) % 100:02d}"


def plain(number: Decimal | None) -> str:
    """A decimal without zeros at its end."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unordered() -> str:
    return HEADERS.rsplit("order by", 1)[0]


def _chosen(tenant: str | None, month: date | None) -> dict[str, object]:
    return {"tenant": tenant, "month": month.replace(day=1) if month else None}


def _records(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, object]
) -> list[dict[str, Any]]:
    found = connection.execute(query, values)
    names: Sequence[str] = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("cost_pipeline.warehouse", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": money,
        "plain": plain,
        "day": lambda at: f"{at:%Y-%m-%d}",
        "minute": lambda at: f"{at:%Y-%m-%d %H:%M}",
    }
    return environment.get_template("statement.html")
