"""What a SQL model may not contain, because it is wrong sooner or later.

Each rule was learned from a measured fault (see DECISIONS.md). A finding names file
and line. What a model means is not judged here; its checks do that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from cost_pipeline.warehouse.models import Model, parsed

MONEY = re.compile(r"_(cents|micros|amount|price)$|^(amount|price)_")
PASSES_UNCAST = (
    exp.Column,
    exp.Cast,
    exp.TryCast,
    exp.Predicate,
    exp.Connector,
    exp.Not,
    exp.Boolean,
)


@dataclass(frozen=True)
class Finding:
    """One broken rule, where it stands."""

    path: Path
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}: {self.rule}"


def lint(model: Model) -> list[Finding]:
    """Return every finding in a model, in order of line."""
    text = model.path.read_text("utf-8")
    tree = parsed(model.query)
    found = [
        Finding(model.path, line_of(text, model.query, needle), rule)
        for needle, rule in [
            *_divisions(tree),
            *_unportable(tree),
            *_uncast(tree),
            *_undocumented(model, tree),
        ]
    ]
    return sorted(found, key=lambda finding: (finding.line, finding.rule))


def _divisions(tree: exp.Query) -> Iterator[tuple[str, str]]:
    for division in tree.find_all(exp.Div):
        names = [column.name for column in division.find_all(exp.Column)]
        if any(MONEY.search(name) for name in names):
            yield "/", "`/` on money is a DOUBLE; use the integer formula"
    for floor in tree.find_all(exp.IntDiv):
        if not _is_the_formula(floor):
            yield "//", "`//` stands only in the rounding formula, on HUGEINT"


def _is_the_formula(division: exp.IntDiv) -> bool:
    """Whether it reads `(2 * abs(a) * part + whole) // (2 * whole)` on HUGEINT."""
    left, right = division.left.unnest(), division.right.unnest()
    doubles = isinstance(right, exp.Mul) and right.left.sql() == "2"
    casts = [cast.to.this for cast in division.find_all(exp.Cast)]
    return doubles and isinstance(left, exp.Add) and exp.DataType.Type.INT128 in casts


def _unportable(tree: exp.Query) -> Iterator[tuple[str, str]]:
    for join in tree.find_all(exp.Join):
        if join.method.upper() == "ASOF":
            yield "asof", "ASOF JOIN does not run on Spark; close ranges with lead()"
    for union in tree.find_all(exp.SetOperation):
        if union.args.get("by_name"):
            yield "by name", "UNION ALL BY NAME does not run on Spark; name the columns"
    for call in tree.find_all(exp.DateDiff):
        if "hour" in str(call.args.get("unit", "")).lower():
            yield "date_diff", "date_diff('hour') counts boundaries; subtract epochs"


def _uncast(tree: exp.Query) -> Iterator[tuple[str, str]]:
    for projection in tree.selects:
        value = projection.unalias()
        is_text = isinstance(value, exp.Literal) and value.is_string
        if isinstance(value, exp.Star):
            yield "*", "an output column is not named; spell the columns out"
        elif not is_text and not isinstance(value, PASSES_UNCAST):
            yield projection.alias_or_name, "an output column has no explicit cast"


def _undocumented(model: Model, tree: exp.Query) -> Iterator[tuple[str, str]]:
    names = [projection.alias_or_name for projection in tree.selects]
    for name in names:
        if name not in model.columns:
            yield name, f"column {name} is not described in the header"
    for name in model.columns:
        if name not in names:
            yield name, f"the header describes {name}, which the query does not return"
    for name in (*model.grain, *model.volatile):
        if name not in names:
            yield "grain", f"the header names {name}, which the query does not return"
    if not model.grain:
        yield model.query[:20], "the header states no grain"


def line_of(text: str, query: str, needle: str) -> int:
    """The line where something stands; the tree keeps no positions for most nodes."""
    start = text.find(query)
    position = text.lower().rfind(needle.lower(), start)
    return text.count("\n", 0, max(position, start, 0)) + 1
