"""Reading the SQL files: header, query with its formulas, what it reads, what it says.

This needs the syntax tree of every query, which takes seconds for all of them;
`library.py` remembers what came of it. Where a column comes from is `lineage.py`, what
a formula is `macros.py`, what a query may not contain `lint.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from sqlglot import exp

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.models.headers import split_file
from cost_pipeline.models.lineage import passed_through, trace_columns
from cost_pipeline.models.macros import expanded, parsed
from cost_pipeline.models.model import LAYERS, MARKS, SQL_FOLDER, Audit, Model


def parse_models(folder: Path) -> list[Model]:
    """Every model of a folder, upstream before downstream."""
    found = {
        model.table: model
        for layer in LAYERS
        for model in map(read_model, sorted((folder / layer).rglob("*.sql")))
    }
    graph = {name: [t for t in m.upstream if t in found] for name, m in found.items()}
    ordered: dict[str, Model] = {}
    for name in TopologicalSorter(graph).static_order():
        ordered[name] = with_words(found[name], ordered)
    return list(ordered.values())


def parse_audits(folder: Path) -> list[Audit]:
    """Every audit of a folder, by name."""
    return [read_audit(path) for path in sorted((folder / "audits").glob("*.sql"))]


def read_model(path: Path) -> Model:
    """Read one model file, without the words that its columns inherit."""
    header, source = split_file(path.read_text("utf-8"), path.name)
    query = expanded(source, SQL_FOLDER / "macros")
    upstream = upstream_tables(query)
    if header.words("keyed"):
        upstream = tuple(sorted({*upstream, MARKS}))
    names = [projection.alias_or_name for projection in parsed(query).selects]
    columns = {name: header.columns.get(name, "") for name in names}
    return Model(table_of(path), path, header, source, query, upstream, columns, {})


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
    query = expanded(source, SQL_FOLDER / "macros")
    return Audit(path.stem, path, header, query, upstream_tables(query))


def with_words(model: Model, above: Mapping[str, Model]) -> Model:
    """The model with where its columns come from, and the words of those passed on.

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
    sources = trace_columns(model.query, declared_in(above))
    return replace(model, columns=columns, sources=sources)


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
