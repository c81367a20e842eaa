"""Statements: every document of a customer as a page to print.

What stands on a document is SQL; here it only gets a form. Texts come from outside and
are data: HTML escapes them. The same documents as double entries are `journal.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

import duckdb
import jinja2

from cost_pipeline.domain.amounts import format_cents, format_number
from cost_pipeline.models.query_files import query_of


def statements(
    connection: duckdb.DuckDBPyConnection,
    tenant: str | None = None,
    month: date | None = None,
) -> Iterator[tuple[str, str]]:
    """Each document's number and its statement as one self-contained HTML page."""
    choose(connection, tenant, month)
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in _records(connection, "statements/lines"):
        lines.setdefault(line["invoice_id"], []).append(line)
    for header in _records(connection, "statements/documents"):
        body = _template().render(
            document=header, lines=lines.get(header["invoice_id"], [])
        )
        yield header["number"], body


def choose(
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
        "money": format_cents,
        "plain": format_number,
        "day": lambda at: f"{at:%Y-%m-%d}",
        "minute": lambda at: f"{at:%Y-%m-%d %H:%M}",
    }
    return environment.get_template("statement.html")
