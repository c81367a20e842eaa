"""Words from outside on a terminal: shown as they are, never obeyed."""

import os
import re
import sys

from rich.markup import escape
from rich.text import Text

# What a terminal acts upon; a name that holds it could move the cursor or hide a line.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """The text with a visible mark wherever a terminal would act."""
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(value: object) -> Text:
    """A value for a cell: no markup is read in it, and nothing of it is cut."""
    return Text("" if value is None else harmless(str(value)), overflow="fold")


def in_a_line(text: str) -> str:
    """What went wrong in one line that is safe to print, with the command that mends it
    when a database says of itself that it is damaged."""
    from cost_pipeline.storage.connection import MEND_DAMAGED, is_damaged

    line = escape(harmless(" ".join(text.split()))[:500])
    return f"{line}. {MEND_DAMAGED}" if is_damaged(text) else line


def edge() -> int | None:
    """Where a row has to be folded: the terminal's edge; a file has none."""
    has_edge = sys.stdout.isatty() or "COLUMNS" in os.environ
    return None if has_edge else 10_000
