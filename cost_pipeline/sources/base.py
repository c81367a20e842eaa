"""Where the platform's own tables come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class SourceUnreachable(Exception):
    """The platform's tables cannot be read; the message says where and why."""


@dataclass(frozen=True)
class TableBytes:
    """One table as it came: a file to copy, or bytes that were fetched."""

    format: str
    path: Path | None = None
    body: bytes | None = None


class Sources(Protocol):
    """A place with one table per name; a name it does not know is an empty table."""

    def fetch(self, tables: Sequence[str]) -> dict[str, TableBytes]:
        """Return the tables that exist, all as of one moment where that is possible."""
        ...
