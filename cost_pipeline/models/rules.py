"""Holding a table to what its header or contract says, in one scan.

All rules of a table are counted together; rows are fetched only for rules that are
broken. How a result is shown to an operator is `assets/check_results.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.models.markdown import cell, short, table_line
from cost_pipeline.models.model import Audit, Model

SAMPLE_ROWS = 5
# Columns of an offending row that are named on the screen; all are in the UI.
NAMED = 3


@dataclass(frozen=True)
class BrokenRule:
    """A rule that some rows break, with a few of them."""

    name: str
    rows: int
    columns: tuple[str, ...]
    sample: tuple[tuple[Any, ...], ...]
    is_warning: bool = False

    def in_a_line(self) -> str:
        """The rule and how many break it; where it stops a run, its first row too."""
        rows = "1 row breaks" if self.rows == 1 else f"{self.rows} rows break"
        line = f"{rows} the rule: {self.name}"
        if self.is_warning or not self.sample:
            return line
        named = zip(self.columns[:NAMED], self.sample[0], strict=False)
        first = ", ".join(f"{name} {short(one)}" for name, one in named)
        return f"{line}; the first is {first}"

    def sample_table(self) -> str:
        """The offending rows as a Markdown table; foreign text is cut and escaped."""
        lines = [
            f"{self.rows} row(s) break this rule; the first of them:",
            "",
            table_line(self.columns),
            table_line(["---"] * len(self.columns)),
        ]
        lines += [table_line(map(cell, row)) for row in self.sample]
        return "\n".join(lines)


def broken_rules(
    connection: duckdb.DuckDBPyConnection,
    table: Contract | Model,
    scope: str | None = None,
) -> list[BrokenRule]:
    """Return the broken rules of a contract's table or of a model.

    With a condition only those rows are read: the others were when they were
    built, and what broke a rule then is built again until it does not.
    """
    if isinstance(table, Contract):
        return _scan(connection, table.table, table.rules(), {}, table.key)
    blocking = {rule: rule for rule in table.checks}
    blocking |= {f"{name} is never null": f"{name} is not null" for name in table.grain}
    warnings = {rule: rule for rule in table.warnings}
    rows = table.table if scope is None else f"(from {table.table} where {scope})"
    return _scan(connection, rows, blocking, warnings, table.grain)


def broken_audit(
    connection: duckdb.DuckDBPyConnection, audit: Audit
) -> list[BrokenRule]:
    """Return the rows that an audit found; it must find none."""
    found = connection.execute(audit.query)
    columns = tuple(column[0] for column in found.description or ())
    rows = found.fetchall()
    if not rows:
        return []
    sample = tuple(rows[:SAMPLE_ROWS])
    is_warning = audit.header.lines("warn") != ()
    return [BrokenRule(audit.name, len(rows), columns, sample, is_warning)]


def _scan(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    blocking: Mapping[str, str],
    warnings: Mapping[str, str],
    key: Sequence[str],
) -> list[BrokenRule]:
    rules = [(name, condition, False) for name, condition in blocking.items()]
    rules += [(name, condition, True) for name, condition in warnings.items()]
    counts = [f"count(*) filter (where {_broken(rule)})" for _, rule, _ in rules]
    # A grain is checked by counting, never by a primary key: that costs 15 times more.
    # Equal keys have equal hashes, so as many hashes as rows are as many keys.
    keys = ", ".join(key)
    counts.append(f"count(*) - count(distinct hash({keys}))" if key else "0")
    found = connection.execute(f"select {', '.join(counts)} from {rows}").fetchall()
    broken = [
        _with_sample(connection, rows, name, count, _broken(rule), is_warning)
        for (name, rule, is_warning), count in zip(rules, found[0][:-1], strict=True)
        if count
    ]
    if found[0][-1]:
        # Two keys may share a hash too.
        exact = f"select count(*) - count(distinct ({keys})) from {rows}"
        more = connection.execute(exact).fetchall()[0][0]
        repeated = (
            f"({keys}) in "
            f"(select ({keys}) from {rows} group by all having count(*) > 1)"
        )
        name = f"one row per {keys}"
        if more:
            broken.append(_with_sample(connection, rows, name, more, repeated, False))
    return broken


def _broken(condition: str) -> str:
    return f"not coalesce({condition}, true)"


def _with_sample(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    name: str,
    count: int,
    condition: str,
    is_warning: bool,
) -> BrokenRule:
    found = connection.execute(
        f"select * from {rows} where {condition} limit {SAMPLE_ROWS}"
    )
    columns = tuple(column[0] for column in found.description or ())
    return BrokenRule(name, count, columns, tuple(found.fetchall()), is_warning)
