"""What a SQL model may not contain, because it is wrong sooner or later.

Each rule was learned from a measured fault (see DECISIONS.md). A finding names file
and line. What a model means is not judged here; its checks do that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlglot import exp

from cost_pipeline.models.library import all_models
from cost_pipeline.models.lineage import compared_with_now
from cost_pipeline.models.macros import macros_in, parsed
from cost_pipeline.models.model import SQL_FOLDER, Model
from cost_pipeline.models.parse import declared_in

PASSES_UNCAST = (
    exp.Column,
    exp.Cast,
    exp.TryCast,
    exp.Predicate,
    exp.Connector,
    exp.Not,
    exp.Boolean,
)
WIDENS = (exp.Sum, exp.Add, exp.Sub, exp.Mul)
UNCAST = "an output column has no explicit cast"


@dataclass(frozen=True)
class Finding:
    """One broken rule, where it stands."""

    path: Path
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}: {self.rule}"


# What is wrong stands at a part of the query, or at a word of the header.
Fault = tuple[exp.Expr | str, str]


def lint(model: Model) -> list[Finding]:
    """Return every finding in a model, in order of line."""
    text = model.path.read_text("utf-8")
    tree = parsed(model.source)
    found = [
        Finding(model.path, line_of(text, model.source, place), rule)
        for place, rule in [
            *_divisions(tree),
            *_unportable(tree),
            *_uncast(tree),
            *_undocumented(model, tree),
            *_cut_again(model),
        ]
    ]
    return sorted(found, key=lambda finding: (finding.line, finding.rule))


def _divisions(tree: exp.Query) -> Iterator[Fault]:
    # An amount may go by any name below a CTE, so no name is spared.
    for division in tree.find_all(exp.Div):
        yield division.right, "`/` on money is a DOUBLE; use the integer formula"
    for mean in tree.find_all(exp.Avg):
        yield mean, "avg() on money is a DOUBLE; use the integer formula"
    for floor in tree.find_all(exp.IntDiv):
        if not _is_the_formula(floor):
            yield floor.right, "`//` stands only in the rounding formula, on HUGEINT"


def _is_the_formula(division: exp.IntDiv) -> bool:
    """Whether it reads `(2 * abs(a) * part + whole) // (2 * whole)` on HUGEINT."""
    left, right = division.left.unnest(), division.right.unnest()
    doubles = isinstance(right, exp.Mul) and right.left.sql() == "2"
    if not doubles or not isinstance(left, exp.Add):
        return False
    # The product is what overflows: a cast of the whole alone would come too late.
    casts = [cast.to.this for cast in left.left.find_all(exp.Cast)]
    return exp.DataType.Type.INT128 in casts


def _unportable(tree: exp.Query) -> Iterator[Fault]:
    for join in tree.find_all(exp.Join):
        if join.method.upper() == "ASOF":
            yield join, "ASOF JOIN does not run on Spark; close ranges with lead()"
    for union in tree.find_all(exp.SetOperation):
        if union.args.get("by_name"):
            yield (
                union.expression,
                "UNION ALL BY NAME does not run on Spark; name columns",
            )
    for call in tree.find_all(exp.DateDiff):
        if "hour" in str(call.args.get("unit", "")).lower():
            yield call, "date_diff('hour') counts boundaries; subtract epochs"


def _uncast(tree: exp.Query) -> Iterator[Fault]:
    for projection in tree.selects:
        value = projection.unalias()
        is_text = isinstance(value, exp.Literal) and value.is_string
        if isinstance(value, exp.Star):
            yield projection, "an output column is not named; spell the columns out"
        elif not is_text and not isinstance(_called(value), PASSES_UNCAST):
            yield projection, UNCAST
    while isinstance(tree, exp.SetOperation):
        # What follows takes the types of the first branch, unless it is wider.
        for projection in tree.right.selects:
            if isinstance(projection.unalias(), WIDENS):
                yield projection, UNCAST
        tree = tree.left


def _called(value: exp.Expr) -> exp.Expr:
    """What a call of one of our formulas stands for: some have a type of their own."""
    macro = macros_in(SQL_FOLDER / "macros").get(value.name.lower())
    return macro.body if isinstance(value, exp.Anonymous) and macro else value


def _undocumented(model: Model, tree: exp.Query) -> Iterator[Fault]:
    names = {projection.alias_or_name: projection for projection in tree.selects}
    for name, projection in names.items():
        if not model.columns.get(name):
            yield projection, f"column {name} is not described, nor only passed on"
    for name in model.header.columns:
        if name not in names:
            yield name, f"the header describes {name}, which the query does not return"
    for directive in ("grain", "append", "volatile", "keyed"):
        for name in model.header.words(directive):
            if name not in names:
                said = f"the header names {name}, which the query does not return"
                yield directive, said
    if not model.grain:
        yield "", "the header states no grain"


def _cut_again(model: Model) -> Iterator[Fault]:
    """Staging shows what is known at now, so nobody above cuts off the future again.

    Written in forty places, it is forgotten in one, and a table leaks what is to come.
    """
    if model.layer == "staging":
        return
    for column, origins in compared_with_now(model.source, declared_in(all_models())):
        if origins and all(column in cut_columns(table) for table, column in origins):
            yield column, f"{column.name} is cut at now in staging already"


@cache
def cut_columns(table: str) -> frozenset[str]:
    """The columns by which a staging view leaves out what is not known yet."""
    model = all_models().get(table)
    if model is None or model.layer != "staging":
        return frozenset()
    compared = compared_with_now(model.source, declared_in(all_models()))
    return frozenset(column.name for column, _ in compared)


def line_of(text: str, query: str, place: exp.Expr | str) -> int:
    """The line of a part of the query, or of a word that begins a line of the header.

    Only names and literals know where they stand, so the first of them speaks for all.
    """
    if isinstance(place, str):
        found = re.search(rf"^\s*{place}\b", text, re.MULTILINE)
        return text.count("\n", 0, found.end() if found else 0) + 1
    known = [node.meta["line"] for node in place.walk() if "line" in node.meta]
    return text.count("\n", 0, text.find(query)) + min(known, default=1)
