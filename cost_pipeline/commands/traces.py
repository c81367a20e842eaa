"""`trace`: the landed rows and events behind a published number, and their exact sum.

What stands behind which table is `publish/traces_steps.py`; this shows it.
"""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cost_pipeline.commands.queries import as_table, open_published
from cost_pipeline.commands.words import plain
from cost_pipeline.publish.traces import CannotTrace, Level, Trace, trace
from cost_pipeline.settings import Settings, WrongUsage

ROWS_SHOWN = 40
# As long as a SHA-256, which names the landed file.
TEXT_SHOWN = 64


def show_trace(
    settings: Settings, table: str, keys: Sequence[str], console: Console
) -> bool:
    """Print what stands behind the rows with these keys; returns whether all sums meet.

    The published file is read, which no writer ever locks.
    """
    with open_published(settings.published_path) as connection:
        try:
            found = trace(connection, table, keys_of(keys), limit=ROWS_SHOWN)
        except CannotTrace as error:
            raise WrongUsage(str(error)) from None
    console.print(_asked(found))
    for level in found.levels:
        console.print(_table(level, found.asked))
        if level.is_sum:
            console.print(_verdict(level))
    if not found.levels:
        console.print("nothing stands behind it: its amounts are zero or not known yet")
    for path in landed_files(settings.landing_path, found):
        console.print(f"landed: {path}", markup=False, highlight=False)
    return found.is_exact


def keys_of(words: Sequence[str]) -> dict[str, str]:
    """Read `KEY=VALUE` words."""
    pairs = [word.partition("=") for word in words]
    for name, sign, _ in pairs:
        if not sign or not name:
            raise WrongUsage(f"{name!r} is not KEY=VALUE")
    return {name: value for name, _, value in pairs}


def landed_files(landing: Path, found: Trace) -> list[Path]:
    """The landed files of the rows shown, where they are on this machine."""
    hashes = {
        row[position]
        for level in found.levels
        for position, column in enumerate(level.columns)
        if column == "source_file"
        for row in level.rows
        if row[position]
    }
    return sorted(path for sha in hashes for path in landing.rglob(f"{sha}*"))


def _asked(found: Trace) -> Table:
    """The rows that were asked for, one column of names and one for each row."""
    table = Table(title=f"[bold]{found.table}[/bold]", title_justify="left")
    table.add_column("")
    rows = found.asked.rows[:3]
    for number in range(len(rows)):
        table.add_column(f"row {number + 1} of {found.asked.row_count}")
    for position, column in enumerate(found.asked.columns):
        table.add_row(column, *(plain(_text(row[position])) for row in rows))
    return table


def _table(level: Level, asked: Level) -> Table:
    more = level.row_count - len(level.rows)
    title = f"{level.title} ({level.row_count}"
    title += f", {more} not shown)" if more else ")"
    # What the asked row says already is not said again, so that a line fits a screen.
    said = dict(zip(asked.columns, asked.rows[0], strict=True))
    kept = [
        position
        for position, column in enumerate(level.columns)
        if any(row[position] not in (said.get(column), None) for row in level.rows)
    ]
    rows = [[_text(row[position]) for position in kept] for row in level.rows]
    names = [level.columns[position] for position in kept]
    return as_table(names, rows, title)


def _verdict(level: Level) -> str:
    if level.is_exact:
        return (
            f"[green]=[/green] {level.total} {escape(level.unit)}: the number, exactly"
        )
    return (
        f"[red]≠[/red] the rows sum to {level.total}, the number is {level.number} "
        f"{escape(level.unit)}"
    )


def _text(value: object) -> str:
    """A value as one short line."""
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= TEXT_SHOWN else f"{text[: TEXT_SHOWN - 1]}…"
