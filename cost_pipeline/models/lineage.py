"""Which upstream columns a column is computed from, read from the query itself."""

from collections.abc import Collection, Mapping
from functools import cache

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.models.model import all_models, parsed


@cache
def provenance(model_table: str) -> Mapping[str, str]:
    """For each column of a model the upstream columns it is computed from.

    Dagster's open-source UI does not draw column lineage, so this goes into each
    column's description, where people look.
    """
    return trace_columns(all_models()[model_table].query)


def trace_columns(query: str) -> Mapping[str, str]:
    """Return `table.column, ...` for each output column that comes from a table."""
    root = build_scope(parsed(query))
    if root is None:
        return {}
    found = {}
    for projection in _selects(root):
        sources = sorted(_through(root, projection.alias_or_name, set()))
        if sources:
            found[projection.alias_or_name] = ", ".join(sources)
    return found


def _sources(node: exp.Expr, scope: Scope, seen: set[tuple[int, str]]) -> set[str]:
    """Follow every column below a node through the CTEs to the tables."""
    found: set[str] = set()
    for column in node.find_all(exp.Column):
        for source in _candidates(column, scope):
            step = (id(source), column.name)
            if step in seen:
                continue
            seen.add(step)
            if isinstance(source, exp.Table):
                found.add(f"{source.name}.{column.name}")
            elif isinstance(source, Scope):
                found |= _through(source, column.name, seen)
    return found


def _through(scope: Scope, column: str, seen: set[tuple[int, str]]) -> set[str]:
    """The sources of one output column of a nested query, all union branches."""
    found: set[str] = set()
    for branch in _branches(scope):
        position = _position(scope, column)
        selects = _selects(branch)
        if position is not None and position < len(selects):
            found |= _sources(selects[position], branch, seen)
        elif any(projection.is_star for projection in selects):
            found |= _sources(exp.column(column), branch, seen)
    return found


def _branches(scope: Scope) -> list[Scope]:
    """The queries a union is made of, however nested; or the one there is."""
    if not scope.set_operation_scopes:
        return [scope]
    return [leaf for part in scope.set_operation_scopes for leaf in _branches(part)]


def _position(scope: Scope, column: str) -> int | None:
    names = [projection.alias_or_name for projection in _selects(scope)]
    return names.index(column) if column in names else None


def _candidates(column: exp.Column, scope: Scope) -> list[exp.Table | Scope]:
    """The tables or CTEs a column may come from: the named one, or all that fit."""
    sources = {
        name: source
        for name, (_, source) in scope.selected_sources.items()
        if isinstance(source, exp.Table | Scope)
    }
    if column.table:
        named = sources.get(column.table)
        return [named] if named is not None else []
    fitting = [source for source in sources.values() if _has(source, column.name)]
    # What fits nowhere is of the one table whose columns nobody declares.
    undeclared: list[exp.Table | Scope] = [
        source
        for source in sources.values()
        if isinstance(source, exp.Table) and not columns_of(source)
    ]
    return fitting or (undeclared if len(undeclared) == 1 else [])


def _has(source: exp.Table | Scope, column: str) -> bool:
    if isinstance(source, exp.Table):
        return column in columns_of(source)
    has_star = any(projection.is_star for projection in _selects(source))
    return has_star or _position(source, column) is not None


def columns_of(source: exp.Table) -> Collection[str]:
    """The columns that a model or a contract declares; none if neither does."""
    table = f"{source.db}.{source.name}"
    if table in all_models():
        return all_models()[table].columns
    contract = all_contracts().get(table.replace("raw.ledger_", "ledger."))
    return [column.name for column in contract.all_columns] if contract else ()


def _selects(scope: Scope) -> list[exp.Expr]:
    query = scope.expression
    return query.selects if isinstance(query, exp.Query) else []
