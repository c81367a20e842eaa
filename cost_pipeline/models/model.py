"""Reading the SQL models: one file is one table, and the file says all about it.

What a model is made of (header, query, upstream tables, column provenance) is read
here. How it is built is `building.py`, what it may not contain is `linting.py`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp

from cost_pipeline.models.headers import Header, split_file

SQL_FOLDER = Path(__file__).resolve().parents[2] / "dbt_like_sql"
LAYERS = ("staging", "core", "marts")
# What every keyed model comes after: it tells whose rows are to be built again.
MARKS = "core.tenant_marks"


@dataclass(frozen=True)
class Model:
    """One table or view, as its file declares it."""

    table: str
    path: Path
    header: Header
    query: str
    upstream: tuple[str, ...]

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
        return (*self.header.lines("subject"), "shared")[0]

    @property
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
    def columns(self) -> Mapping[str, str]:
        return self.header.columns

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

    @property
    def table(self) -> str:
        return self.header.lines("on")[0]

    @property
    def is_blocking(self) -> bool:
        """Whether what follows must wait: not for a warning, not for `blocks: no`."""
        return not self.header.lines("warn") and self.header.lines("blocks") != ("no",)

    @property
    def upstream(self) -> tuple[str, ...]:
        return upstream_tables(self.query)


@cache
def all_models(folder: Path = SQL_FOLDER) -> dict[str, Model]:
    """Every model by table name, upstream before downstream."""
    found = {
        model.table: model
        for layer in LAYERS
        for model in map(read_model, sorted((folder / layer).glob("*.sql")))
    }
    graph = {name: [t for t in m.upstream if t in found] for name, m in found.items()}
    return {name: found[name] for name in TopologicalSorter(graph).static_order()}


@cache
def all_audits(folder: Path = SQL_FOLDER) -> tuple[Audit, ...]:
    """Every audit, by name."""
    return tuple(read_audit(path) for path in sorted((folder / "audits").glob("*.sql")))


def read_model(path: Path) -> Model:
    """Read one model file."""
    header, query = split_file(path.read_text("utf-8"), path.name)
    table = f"{path.parent.name}.{path.stem}"
    upstream = upstream_tables(query)
    if header.words("keyed"):
        upstream = tuple(sorted({*upstream, MARKS}))
    return Model(table, path, header, query, upstream)


def read_audit(path: Path) -> Audit:
    """Read one audit file; its `on:` line names the table it is shown beside."""
    header, query = split_file(path.read_text("utf-8"), path.name)
    return Audit(path.stem, path, header, query)


@cache
def parsed(query: str) -> exp.Query:
    """The query as a tree. Callers must not change it."""
    tree = sqlglot.parse_one(query, read="duckdb")
    if not isinstance(tree, exp.Query):
        raise TypeError(f"a model is one query, not {type(tree).__name__}")
    return tree


@cache
def upstream_tables(query: str) -> tuple[str, ...]:
    """The tables a query reads, in order of name; its own CTEs are not tables."""
    names = {
        f"{table.db}.{table.name}"
        for table in parsed(query).find_all(exp.Table)
        if table.db
    }
    return tuple(sorted(names))
