"""What a SQL model is: one file is one table, and the file says all about it.

Nothing is read here. The files are read by `parse.py`, which takes time; who wants to
know a model asks `library.py`, where it may have been read before.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cost_pipeline.models.headers import Header

SQL_FOLDER = Path(__file__).resolve().parents[2] / "dbt_like_sql"
LAYERS = ("staging", "core", "ledger", "marts")
# What every keyed model comes after: it tells whose rows are to be built again.
MARKS = "core.tenant_marks"


@dataclass(frozen=True)
class Model:
    """One table or view, as its file declares it."""

    table: str
    path: Path
    header: Header
    # As written, and with the formulas it calls spelled out, as it is run and stored.
    source: str
    query: str
    upstream: tuple[str, ...]
    # Words of each column, in the order of the query; empty = said nowhere.
    columns: Mapping[str, str]
    # For each column the columns it is computed from, as `table.column, ...`. Dagster's
    # open-source UI draws no column lineage, so they go into the descriptions.
    sources: Mapping[str, str]

    @property
    def layer(self) -> str:
        return self.table.split(".")[0]

    @property
    def name(self) -> str:
        return self.table.split(".")[1]

    @property
    def key(self) -> list[str]:
        return [self.layer, self.name]

    @property
    def description(self) -> str:
        return self.header.description

    @property
    def subject(self) -> str:
        """Its folder: `core/<subject>/`; the other layers are one folder each."""
        return self.path.parent.name

    @cached_property
    def definition(self) -> str:
        """The hash of its query: other rows may come of another one."""
        return hashlib.sha256(self.query.encode()).hexdigest()

    @property
    def grain(self) -> tuple[str, ...]:
        return self.header.words("grain")

    @property
    def checks(self) -> tuple[str, ...]:
        return self.header.lines("check")

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.header.lines("warn")

    @property
    def volatile(self) -> tuple[str, ...]:
        return self.header.words("volatile")

    @property
    def partition(self) -> str | None:
        return next(iter(self.header.words("partition")), None)

    @property
    def keyed(self) -> str | None:
        """The column by which it is built again in part; its other rows stand."""
        return next(iter(self.header.words("keyed")), None)

    @property
    def keyless(self) -> tuple[str, ...]:
        """Tables it makes rows without a key from, which are built every time."""
        return self.header.words("keyless")

    @property
    def is_append(self) -> bool:
        """Its query says what is to be added to a table that is never built again."""
        return self.header.words("append") != ()

    @property
    def is_view(self) -> bool:
        """Staging only renames and types: stored twice it would only cost."""
        return self.layer == "staging"


@dataclass(frozen=True)
class Audit:
    """A query that must return no row, and the table it speaks about."""

    name: str
    path: Path
    header: Header
    query: str
    upstream: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.header.lines("on")[0]

    @property
    def is_blocking(self) -> bool:
        """Whether what follows must wait: not for a warning, not for `blocks: no`."""
        return not self.header.lines("warn") and self.header.lines("blocks") != ("no",)
