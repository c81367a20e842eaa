"""Which upstream columns a column comes from, read from the query itself.

`computed_from` follows what a column is computed from, `passed_through` only what
reaches it unchanged. Both follow CTEs and every part of a union down to the tables.
`columns_read` is every column a query looks at, in whichever clause.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from cost_pipeline.models.macros import parsed

# A table and one of its columns.
Origin = tuple[str, str]
ColumnsOf = Callable[[str], Collection[str]]


def trace_columns(query: str, columns_of: ColumnsOf) -> Mapping[str, str]:
    """Return `table.column, ...` for each output column that comes from a table."""
    named = {
        name: sorted({f"{table.split('.')[-1]}.{column}" for table, column in origins})
        for name, origins in computed_from(query, columns_of).items()
    }
    return {name: ", ".join(sources) for name, sources in named.items() if sources}


def computed_from(query: str, columns_of: ColumnsOf) -> Mapping[str, set[Origin]]:
    """For each output column the columns of tables that its value is made of."""
    return _traced(query, _Tracer(columns_of, is_unchanged_only=False))


def passed_through(query: str, columns_of: ColumnsOf) -> Mapping[str, set[Origin]]:
    """For each output column the columns that reach it as they are, if any do."""
    return _traced(query, _Tracer(columns_of, is_unchanged_only=True))


def columns_read(query: str, columns_of: ColumnsOf) -> set[Origin]:
    """Every column of a table that the query looks at: filters and joins count too."""
    root = build_scope(parsed(query))
    tracer = _Tracer(columns_of, is_unchanged_only=False)
    return {
        (_name(source), name)
        for scope in (root.traverse() if root else ())
        for column in _columns_in(scope)
        for source in tracer.candidates(column, scope)
        if isinstance(source, exp.Table)
        for name in (columns_of(_name(source)) if column.is_star else [column.name])
    }


def compared_with_now(
    query: str, columns_of: ColumnsOf
) -> Iterator[tuple[exp.Column, set[Origin]]]:
    """Every column that is held against the run's now, with what it is as it came."""
    root = build_scope(parsed(query))
    tracer = _Tracer(columns_of, is_unchanged_only=True)
    for scope in root.traverse() if root else ():
        for test in scope.find_all(exp.LT, exp.LTE, exp.GT, exp.GTE):
            for side, other in ((test.left, test.right), (test.right, test.left)):
                is_now = isinstance(other, exp.Column) and other.name == "now_at"
                if is_now and isinstance(side, exp.Column):
                    yield side, tracer.below(side, scope, set()) or set()


def _traced(query: str, tracer: "_Tracer") -> dict[str, set[Origin]]:
    root = build_scope(parsed(query))
    if root is None:
        return {}
    names = [projection.alias_or_name for projection in _selects(root)]
    return {name: tracer.through(root, name, set()) or set() for name in names}


@dataclass(frozen=True)
class _Tracer:
    columns_of: ColumnsOf
    is_unchanged_only: bool

    def through(
        self, scope: Scope, column: str, seen: set[tuple[int, str]]
    ) -> set[Origin] | None:
        """The origins of one output column of a query, all union branches; None when
        one of them computes it and only unchanged columns are wanted."""
        found: set[Origin] = set()
        for branch in _branches(scope):
            position = _position(scope, column)
            selects = _selects(branch)
            if position is not None and position < len(selects):
                node = selects[position].unalias()
            elif any(projection.is_star for projection in selects):
                node = exp.column(column)
            else:
                continue
            if self.is_unchanged_only and not isinstance(node, exp.Column):
                return None
            origins = self.below(node, branch, seen)
            if origins is None:
                return None
            found |= origins
        return found

    def below(
        self, node: exp.Expr, scope: Scope, seen: set[tuple[int, str]]
    ) -> set[Origin] | None:
        """Follow every column below a node through the CTEs to the tables."""
        found: set[Origin] = set()
        for column in node.find_all(exp.Column):
            for source in self.candidates(column, scope):
                step = (id(source), column.name)
                if step in seen:
                    continue
                seen.add(step)
                if isinstance(source, exp.Table):
                    found.add((_name(source), column.name))
                    continue
                origins = self.through(source, column.name, seen)
                if origins is None:
                    return None
                found |= origins
        return found

    def candidates(self, column: exp.Column, scope: Scope) -> list[exp.Table | Scope]:
        """The tables or CTEs a column may come from: the named one, or all that fit."""
        sources = {
            name: source
            for name, (_, source) in scope.selected_sources.items()
            if isinstance(source, exp.Table | Scope)
        }
        if column.is_star and not column.table:
            return list(sources.values())
        if column.table:
            named = sources.get(column.table)
            return [named] if named is not None else []
        fitting = [s for s in sources.values() if self._has(s, column.name)]
        # What fits nowhere is of the one table whose columns nobody declares.
        undeclared: list[exp.Table | Scope] = [
            source
            for source in sources.values()
            if isinstance(source, exp.Table) and not self.columns_of(_name(source))
        ]
        return fitting or (undeclared if len(undeclared) == 1 else [])

    def _has(self, source: exp.Table | Scope, column: str) -> bool:
        if isinstance(source, exp.Table):
            return column in self.columns_of(_name(source))
        has_star = any(projection.is_star for projection in _selects(source))
        return has_star or _position(source, column) is not None


def _columns_in(scope: Scope) -> Iterator[exp.Column]:
    """The columns a query names itself, a bare star and those it joins by included."""
    yield from scope.find_all(exp.Column)
    if any(isinstance(projection, exp.Star) for projection in _selects(scope)):
        yield exp.column(exp.Star())
    for join in scope.find_all(exp.Join):
        yield from (exp.column(key.name) for key in join.args.get("using") or ())


def _name(source: exp.Table) -> str:
    return f"{source.db}.{source.name}"


def _branches(scope: Scope) -> list[Scope]:
    """The queries a union is made of, however nested; or the one there is."""
    if not scope.set_operation_scopes:
        return [scope]
    return [leaf for part in scope.set_operation_scopes for leaf in _branches(part)]


def _position(scope: Scope, column: str) -> int | None:
    names = [projection.alias_or_name for projection in _selects(scope)]
    return names.index(column) if column in names else None


def _selects(scope: Scope) -> list[exp.Expr]:
    query = scope.expression
    return query.selects if isinstance(query, exp.Query) else []
