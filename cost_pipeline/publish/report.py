"""The report: one page that tells a month, from the published file alone.

The page is self-contained: it asks nobody for anything and runs no script. What it
tells is `report_months.py` and `report_sections.py`, how values look is
`report_values.py`, how figures are
drawn is `pictures.py`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from cost_pipeline.models.digest import tables_in
from cost_pipeline.publish.report_months import (
    headlines,
    months,
    shown_month,
    story,
    trend_picture,
    trend_table,
)
from cost_pipeline.publish.report_sections import INPUTS, ROWS, Section, sections
from cost_pipeline.publish.report_values import Table, age, money, table, write
from cost_pipeline.storage.files import write_whole


@dataclass(frozen=True)
class Answered:
    """A section with its answer."""

    section: Section
    table: Table | None
    note: str


@dataclass(frozen=True)
class Input:
    """How old the newest fact of an input is."""

    name: str
    newest: str
    age: str
    is_late: bool


def write_report(published: Path, target: Path, now: datetime) -> Path:
    """Write the report of the published file as of `now`."""
    write_whole(target, render_report(published, now).encode())
    return target


def render_report(published: Path, now: datetime) -> str:
    """The page as text: equal tables and an equal `now` give equal pages."""
    moment = now.astimezone(UTC).replace(tzinfo=None)
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        present = tables_in(connection)
        found = months(connection, present, moment)
        facts = {
            "now": moment,
            "month": shown_month(connection),
            "headlines": headlines(connection, found),
            "story": story(connection, found),
            "trend": trend_table(found),
            "picture": trend_picture(found),
            "answers": [
                _answer(connection, present, section) for section in sections()
            ],
            "inputs": _inputs(connection, present, moment),
        }
    return _template().render(facts)


def _answer(
    connection: duckdb.DuckDBPyConnection, present: set[str], section: Section
) -> Answered:
    """Answer one section; a table that is not published is said to be so."""
    missing = [name for name in section.tables if name not in present]
    if missing:
        return Answered(section, None, f"{missing[0]} is not published yet.")
    found = connection.execute(section.query)
    names = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    if not rows:
        return Answered(section, None, section.nothing)
    kept = _largest(names, rows, section.drawn) if section.drawn else rows[:ROWS]
    which = f"The {ROWS} largest" if section.drawn else f"The first {ROWS}"
    note = f"{which} of {len(rows)} rows; the others are in the published file."
    written = table(names, kept, section.drawn)
    return Answered(section, written, note if len(rows) > ROWS else "")


def _largest(
    names: list[str], rows: list[tuple[Any, ...]], drawn: str
) -> list[tuple[Any, ...]]:
    """The rows that matter most, in the order they came in."""
    place = names.index(drawn)
    ranked = sorted(range(len(rows)), key=lambda at: -abs(rows[at][place] or 0))
    return [rows[at] for at in sorted(ranked[:ROWS])]


def _inputs(
    connection: duckdb.DuckDBPyConnection, present: set[str], moment: datetime
) -> list[Input]:
    found = []
    for name, source, column, hours in INPUTS:
        if source not in present:
            continue
        newest = connection.execute(
            f"select cast(max({column}) as timestamp) from {source} "
            f"where {column} <= $now",
            {"now": moment},
        ).fetchall()[0][0]
        if newest is None:
            found.append(Input(name, "never", "–", True))
            continue
        span = moment - newest
        is_late = span > timedelta(hours=hours)
        found.append(Input(name, write("at", newest), age(span), is_late))
    return found


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
        "instant": lambda at: f"{at.day} {at:%B %Y, %H:%M} UTC",
        "money": lambda cents: "–" if cents is None else money(cents),
        "share": lambda value: write("_pct", value),
    }
    return environment.get_template("report.html")
