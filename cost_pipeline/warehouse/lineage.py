"""Which upstream columns a column is computed from, read from the query itself."""

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from cost_pipeline.warehouse.models import parsed


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
    fitting: list[exp.Table | Scope] = []
    for source in sources.values():
        if isinstance(source, Scope):
            has_star = any(projection.is_star for projection in _selects(source))
            if has_star or _position(source, column.name) is not None:
                fitting.append(source)
        elif len(sources) == 1:
            fitting.append(source)
    return fitting


def _selects(scope: Scope) -> list[exp.Expr]:
    query = scope.expression
    return query.selects if isinstance(query, exp.Query) else []
