"""Reading the SQL models: one file is one table, and the file says all about it.

What a model is made of (header, query, upstream tables, columns and their words) is
read here. How it is built is `build.py`, what it may not contain is `lint.py`,
where a column comes from is `lineage.py`, what a formula is `macros.py`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from sqlglot import exp

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.models.headers import Header, split_file
from cost_pipeline.models.lineage import passed_through, trace_columns
from cost_pipeline.models.macros import expanded, parsed

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
        for model in map(read_model, sorted((folder / layer).rglob("*.sql")))
    }
    graph = {name: [t for t in m.upstream if t in found] for name, m in found.items()}
    ordered: dict[str, Model] = {}
    for name in TopologicalSorter(graph).static_order():
        ordered[name] = with_words(found[name], ordered)
    return ordered


@cache
def all_audits(folder: Path = SQL_FOLDER) -> tuple[Audit, ...]:
    """Every audit, by name."""
    return tuple(read_audit(path) for path in sorted((folder / "audits").glob("*.sql")))


@cache
def due_query(name: str) -> str:
    """The query of `due/<name>.sql`: what is due, for more than one to ask."""
    path = SQL_FOLDER / "due" / f"{name}.sql"
    return split_file(path.read_text("utf-8"), path.name)[1]


def read_model(path: Path) -> Model:
    """Read one model file, without the words that its columns inherit."""
    header, source = split_file(path.read_text("utf-8"), path.name)
    query = expanded(source, SQL_FOLDER / "macros")
    upstream = upstream_tables(query)
    if header.words("keyed"):
        upstream = tuple(sorted({*upstream, MARKS}))
    names = [projection.alias_or_name for projection in parsed(query).selects]
    columns = {name: header.columns.get(name, "") for name in names}
    return Model(table_of(path), path, header, source, query, upstream, columns)


def table_of(path: Path) -> str:
    """`core/<subject>/resources.sql` is `core.resources`, `marts/resources.sql` a mart.

    A file beside none of the layers is a table of its folder. Folders further up are
    not ours to name: somebody's checkout may be called `core`.
    """
    layers = [part for part in path.parts[-3:-1] if part in LAYERS]
    return f"{(*layers, path.parent.name)[0]}.{path.stem}"


def read_audit(path: Path) -> Audit:
    """Read one audit file; its `on:` line names the table it is shown beside."""
    header, source = split_file(path.read_text("utf-8"), path.name)
    return Audit(path.stem, path, header, expanded(source, SQL_FOLDER / "macros"))


def with_words(model: Model, above: Mapping[str, Model]) -> Model:
    """The model with the words of columns that it only passes on.

    They are said where the meaning begins; a column that comes from tables which say
    different things has to say its own.
    """
    # What a table of the ledger means says its contract.
    columns = {
        name: words or words_of(model.table, name, {})
        for name, words in model.columns.items()
    }
    silent = [name for name, words in columns.items() if not words]
    if silent:
        origins = passed_through(model.query, declared_in(above))
        for name in silent:
            said = {words_of(table, column, above) for table, column in origins[name]}
            columns[name] = said.pop() if len(said) == 1 else ""
    return replace(model, columns=columns)


def words_of(table: str, column: str, models: Mapping[str, Model]) -> str:
    """What a model or a contract says of a column."""
    if table in models:
        return models[table].columns.get(column, "")
    contract = all_contracts().get(table.replace("raw.ledger_", "ledger."))
    said = {c.name: c.description for c in contract.all_columns} if contract else {}
    return said.get(column, "")


def declared_in(models: Mapping[str, Model]) -> Callable[[str], tuple[str, ...]]:
    """The columns of a table that a model or a contract declares; none if neither."""

    def columns_of(table: str) -> tuple[str, ...]:
        if table in models:
            return tuple(models[table].columns)
        contract = all_contracts().get(table.replace("raw.ledger_", "ledger."))
        return tuple(c.name for c in contract.all_columns) if contract else ()

    return columns_of


@cache
def upstream_tables(query: str) -> tuple[str, ...]:
    """The tables a query reads, in order of name; its own CTEs are not tables."""
    names = {
        f"{table.db}.{table.name}"
        for table in parsed(query).find_all(exp.Table)
        if table.db
    }
    return tuple(sorted(names))


@cache
def provenance(model_table: str) -> Mapping[str, str]:
    """For each column of a model the upstream columns it is computed from.

    Dagster's open-source UI does not draw column lineage, so this goes into each
    column's description, where people look.
    """
    models = all_models()
    return trace_columns(models[model_table].query, declared_in(models))


def host_of(audit: Audit) -> str:
    """The table an audit names, or the last one it reads that is made from it."""
    models = all_models()
    below = {audit.table}
    for name, model in models.items():
        if below & set(model.upstream):
            below.add(name)
    later = [name for name in models if name in below and name in audit.upstream]
    return (audit.table, *later)[-1]
