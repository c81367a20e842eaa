"""`ask` and `digest`: questions to the published file, which no writer ever locks."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from rich.console import JustifyMethod
from rich.markup import escape
from rich.table import Table

from cost_pipeline.commands.words import harmless, plain
from cost_pipeline.models.digest import digests, overall
from cost_pipeline.settings import WrongUsage
from cost_pipeline.storage.connection import is_damaged


class NothingPublished(Exception):
    """There is no published file yet."""


@contextmanager
def open_published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file read-only, as an analyst would."""
    if not path.exists():
        raise NothingPublished(
            f"{path} does not exist yet; `cost-pipeline run` (or `demo`) makes it"
        )
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise _unreadable(path, error) from None
    with connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set TimeZone = 'UTC'")
        try:
            yield connection
        except duckdb.Error as error:
            raise _unreadable(path, error) if is_damaged(error) else error from None


def _unreadable(path: Path, error: duckdb.Error) -> NothingPublished:
    first_line = str(error).splitlines()[0]
    return NothingPublished(
        f"{path} cannot be read ({first_line}); `cost-pipeline rebuild` mends it"
    )


def ask(path: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run one query on the published file; nothing can be written and nothing read
    but the file itself."""
    with open_published(path) as connection:
        connection.execute("set enable_external_access = false")
        if not connection.extract_statements(query):
            raise WrongUsage("the query is empty")
        found = connection.execute(query)
        columns = [column[0] for column in found.description or ()]
        return columns, found.fetchall()


def published_digests(path: Path) -> tuple[dict[str, str], str]:
    """The digest of every published table, and one over all."""
    with open_published(path) as connection:
        found = digests(connection)
    return found, overall(found)


def as_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str
) -> Table:
    """Rows as a table on the screen; numbers stand to the right."""
    table = Table(
        title=escape(harmless(title)) or None, title_justify="left", header_style="bold"
    )
    for position, name in enumerate(columns):
        values = [row[position] for row in rows]
        is_number = any(isinstance(v, int) and not isinstance(v, bool) for v in values)
        known = [value for value in values if value != "–"]
        is_money = all(_reads_as_money(value) for value in known) and bool(known)
        side: JustifyMethod = "right" if is_number or is_money else "left"
        table.add_column(plain(name), justify=side)
    for row in rows:
        table.add_row(*map(plain, row))
    return table


def _reads_as_money(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"-?[0-9,]+\.[0-9]{2}", value))
