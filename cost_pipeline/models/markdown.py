"""Values in Markdown tables: foreign text is one short line and never markup."""

from collections.abc import Iterable

CELL_LENGTH = 60


def table_line(cells: Iterable[str]) -> str:
    """One line of a table; the caller has made its cells harmless."""
    return f"| {' | '.join(cells)} |"


def short(value: object) -> str:
    """A value on one line, cut where nobody reads on."""
    text = " ".join(("" if value is None else str(value)).split())
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - 1] + "…"


def cell(value: object) -> str:
    """A value as one short table cell that cannot become markup."""
    text = short(value)
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, "\\" + mark if mark != "<" else "&lt;")
    return text
