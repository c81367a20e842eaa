"""`ask`, `digest`, `health`: questions that change nothing.

They read the published file and the landing, which no writer ever locks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from rich.console import JustifyMethod
from rich.table import Table

from cost_pipeline.settings import Settings
from cost_pipeline.warehouse.digesting import digests, overall
from cost_pipeline.warehouse.landing import Landing


class NothingPublished(Exception):
    """There is no published file yet."""


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the published file read-only, as an analyst would."""
    if not path.exists():
        raise NothingPublished(
            f"{path} does not exist yet; `cost-pipeline run` (or `demo`) makes it"
        )
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute("set enable_progress_bar = false")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def ask(path: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run one query on the published file; nothing can be written and nothing read
    but the file itself."""
    with open_published(path) as connection:
        connection.execute("set enable_external_access = false")
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
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for position, name in enumerate(columns):
        values = [row[position] for row in rows]
        is_number = any(isinstance(v, int) and not isinstance(v, bool) for v in values)
        is_money = all(_reads_as_money(value) for value in values) and bool(values)
        side: JustifyMethod = "right" if is_number or is_money else "left"
        table.add_column(name, justify=side)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    return table


def _reads_as_money(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"-?[0-9,]+\.[0-9]{2}", value))


@dataclass(frozen=True)
class Finding:
    """One line of the health screen."""

    subject: str
    state: str
    is_bad: bool = False


def health(settings: Settings) -> list[Finding]:
    """Settings, reachability, ages of inputs, open problems, waiting messages."""
    return [
        *_settings(settings),
        *_reachability(settings),
        *_ages(settings),
        *_published(settings),
    ]


def _settings(settings: Settings) -> list[Finding]:
    issue = settings.issue_from.isoformat() if settings.issue_from else "drafts only"
    mail = "configured" if settings.smtp_url else "dry run: nothing is sent"
    return [
        Finding("home", str(settings.home)),
        Finding("provider", settings.provider_name),
        Finding("issue from", issue),
        Finding("mail", mail),
        Finding("report currency", settings.report_currency),
    ]


def _reachability(settings: Settings) -> list[Finding]:
    from cost_pipeline.contracts.registry import source_tables
    from cost_pipeline.providers.base import ProviderError
    from cost_pipeline.resources import provider_of, run_clock, sources_of
    from cost_pipeline.sources.base import SourceUnreachable

    found = []
    provider = provider_of(settings, run_clock(settings).now)
    try:
        provider.balance()
        found.append(Finding("provider answers", "yes"))
    except ProviderError as error:
        found.append(Finding("provider answers", str(error), is_bad=True))
    finally:
        provider.close()
    try:
        names = [contract.name for contract in source_tables()]
        tables = sources_of(settings).fetch(names)
        found.append(Finding("platform tables", f"{len(tables)} of {len(names)} given"))
    except SourceUnreachable as error:
        found.append(Finding("platform tables", str(error), is_bad=True))
    return found


def _ages(settings: Settings) -> list[Finding]:
    """The age of each input, from its last complete receipt."""
    from cost_pipeline.resources import run_clock

    landing = Landing(settings.landing_path)
    now = run_clock(settings).now
    found = []
    for folder in sorted({path.parent.name for path in landing.receipt_files()}):
        last = None
        problem = None
        for receipt in landing.receipts(folder):
            last = receipt.received_at if receipt.is_complete else last
            problem = receipt.problem
        if last is None:
            found.append(Finding(folder, f"never complete: {problem}", is_bad=True))
            continue
        age = now - datetime.fromisoformat(last).astimezone(UTC)
        hours = max(0, int(age.total_seconds() // 3600))
        text = f"{hours} h old" + (f"; last look failed: {problem}" if problem else "")
        found.append(Finding(folder, text, is_bad=problem is not None))
    return found


def _published(settings: Settings) -> list[Finding]:
    if not settings.published_path.exists():
        return [Finding("published file", "not there yet", is_bad=True)]
    columns, rows = ask(
        settings.published_path,
        "select table_name, estimated_size from duckdb_tables() order by 1",
    )
    del columns
    return [Finding("published file", f"{len(rows)} tables")]
