"""The few formulas of `macros/`, put into a query where it calls them by name.

They are expanded on the syntax tree before a query is linted, fingerprinted, stored or
published, so that nobody who reads a table needs them. What they compute is said in the
SQL files of that folder.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp


class BadMacro(Exception):
    """A formula that cannot be read, or a call that does not fit it."""


@dataclass(frozen=True)
class Macro:
    """One formula: the names of what it is given, and what it computes from them."""

    name: str
    parameters: tuple[str, ...]
    body: exp.Expr


@cache
def parsed(query: str) -> exp.Query:
    """The query as a tree. Callers must not change it."""
    tree = sqlglot.parse_one(query, read="duckdb")
    if not isinstance(tree, exp.Query):
        raise TypeError(f"a model is one query, not {type(tree).__name__}")
    return tree


@cache
def macros_in(folder: Path) -> dict[str, Macro]:
    """Every formula of a folder by its name."""
    statements = [
        statement
        for path in sorted(folder.glob("*.sql"))
        for statement in sqlglot.parse(path.read_text("utf-8"), read="duckdb")
        if statement is not None
    ]
    found = map(_macro, statements)
    return {macro.name: macro for macro in found}


def expanded(query: str, folder: Path) -> str:
    """The query with every formula spelled out; as it is when it calls none."""
    macros = macros_in(folder)
    if not any(f"{name}(" in query for name in macros):
        return query
    tree = parsed(query).copy()
    return _spelled_out(tree, macros).sql(dialect="duckdb", pretty=True)


def _spelled_out(tree: exp.Expr, macros: dict[str, Macro]) -> exp.Expr:
    def spell(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Anonymous) or node.name.lower() not in macros:
            return node
        macro = macros[node.name.lower()]
        if len(node.expressions) != len(macro.parameters):
            wanted = ", ".join(macro.parameters)
            raise BadMacro(f"{macro.name}({wanted}) is called as {node.sql()}")
        # What is given may call a formula too, and so may the formula itself.
        given = [_spelled_out(value, macros) for value in node.expressions]
        values = dict(zip(macro.parameters, given, strict=True))
        return exp.paren(_spelled_out(_filled(macro.body, values), macros))

    return tree.transform(spell)


def _filled(body: exp.Expr, values: dict[str, exp.Expr]) -> exp.Expr:
    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in values:
            value = values[node.name].copy()
            is_plain = isinstance(value, exp.Column | exp.Literal | exp.Func)
            return value if is_plain else exp.paren(value)
        return node

    return body.copy().transform(fill)


def _macro(statement: exp.Expr) -> Macro:
    signature = statement.this
    if not isinstance(statement, exp.Create) or statement.kind != "MACRO":
        raise BadMacro(f"macros/ holds only formulas, not {statement.sql()[:60]}")
    names = tuple(parameter.name for parameter in signature.expressions)
    return Macro(signature.this.name, names, statement.expression)
