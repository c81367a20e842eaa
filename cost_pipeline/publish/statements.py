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

from cost_pipeline.models.query_files import query_of

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
    rows = connection.execute(
        query_of("statements/preview"), {"month": month.replace(day=1)}
    ).fetchall()
    return [Previewed(*row) for row in rows]


def statements(
    connection: duckdb.DuckDBPyConnection,
    tenant: str | None = None,
    month: date | None = None,
) -> Iterator[tuple[str, str]]:
    """Each document's number and its statement as one self-contained HTML page."""
    _choose(connection, tenant, month)
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in _records(connection, "statements/lines"):
        lines.setdefault(line["invoice_id"], []).append(line)
    for header in _records(connection, "statements/documents"):
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
    _choose(connection, tenant, month)
    booked = connection.execute(query_of("statements/journal")).fetchall()
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


def _choose(
    connection: duckdb.DuckDBPyConnection, tenant: str | None, month: date | None
) -> None:
    """Put the documents that are asked for where the other queries read them."""
    connection.execute(
        f"create or replace temp table chosen as {query_of('statements/chosen')}",
        {"tenant": tenant, "month": month.replace(day=1) if month else None},
    )


def _records(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    found = connection.execute(query_of(name))
    names: Sequence[str] = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("cost_pipeline.publish", "templates"),
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
