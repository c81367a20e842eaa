"""Statements: every document of a customer as a page to print.

What stands on a document is SQL; here it only gets a form. Texts come from outside and
are data: HTML escapes them. The same documents as double entries are `journal.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import jinja2

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


def statements(
    connection: duckdb.DuckDBPyConnection,
    tenant: str | None = None,
    month: date | None = None,
) -> Iterator[tuple[str, str]]:
    """Each document's number and its statement as one self-contained HTML page."""
    values = chosen(tenant, month)
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in _records(connection, LINES.format(headers=headers()), values):
        lines.setdefault(line["invoice_id"], []).append(line)
    for header in _records(connection, HEADERS, values):
        body = _template().render(
            document=header, lines=lines.get(header["invoice_id"], [])
        )
        yield header["number"], body


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


def headers() -> str:
    """The query of all headers, in no order: to be joined to."""
    return HEADERS.rsplit("order by", 1)[0]


def chosen(tenant: str | None, month: date | None) -> dict[str, object]:
    """The parameters of a query over headers."""
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
