"""Words from outside on a terminal: shown as they are, never obeyed."""

import os
import re
import sys

from rich.text import Text

# What a terminal acts upon; a name that holds it could move the cursor or hide a line.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """The text with a visible mark wherever a terminal would act."""
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(value: object) -> Text:
    """A value for a cell: no markup is read in it, and nothing of it is cut."""
    return Text("" if value is None else harmless(str(value)), overflow="fold")


def edge() -> int | None:
    """Where a row has to be folded: the terminal's edge; a file has none."""
    has_edge = sys.stdout.isatty() or "COLUMNS" in os.environ
    return None if has_edge else 10_000
