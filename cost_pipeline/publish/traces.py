"""Tracing: from a published number down to landed rows and events, and their sum.

Reads published tables only, so a trace never waits for the pipeline. What is shown for
which table is `traces_steps.py` and the files of `dbt_like_sql/traces/`; here it is
run, and said whether the sum of what is shown equals the number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from cost_pipeline.publish.traces_steps import STEPS, TraceStep, steps_of


class CannotTrace(Exception):
    """The table, a key or a value is not one that can be traced."""


@dataclass(frozen=True)
class Level:
    """One step of a trace: rows, and the two numbers that must meet."""

    title: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    row_count: int
    number: int | None
    total: int | None

    @property
    def is_sum(self) -> bool:
        return self.number is not None

    @property
    def is_exact(self) -> bool:
        return self.number == self.total


@dataclass(frozen=True)
class Trace:
    """The rows that were asked for and everything behind them."""

    table: str
    asked: Level
    levels: tuple[Level, ...]

    @property
    def is_exact(self) -> bool:
        """Whether every sum equals its number to the last unit."""
        return all(level.is_exact for level in self.levels)


def trace(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    keys: Mapping[str, str],
    *,
    limit: int = 200,
) -> Trace:
    """Return what stands behind the rows of a published table that match the keys.

    Sums are over all rows, also over those beyond `limit` that are only counted.
    """
    name = table if "." in table else f"marts.{table}"
    if name not in STEPS:
        known = ", ".join(sorted(known.split(".")[1] for known in STEPS))
        raise CannotTrace(f"{table} cannot be traced; these can: {known}")
    condition, values = _condition(_types(connection, name), keys, name)
    try:
        # Temporary tables live beside a file that is open for reading only.
        connection.execute(
            f"create or replace temp table asked as select * from {name} "
            f"where {condition}",
            values,
        )
    except duckdb.ConversionException as error:
        raise CannotTrace(str(error).splitlines()[0]) from None
    asked = _level(connection, TraceStep("asked", name, ""), limit)
    if not asked.row_count:
        raise CannotTrace(f"no row of {name} has these keys")
    steps = steps_of(name)
    for step in steps:
        connection.execute(f"create or replace temp table {step.name} as {step.shows}")
    # All are there when sums are made: a total may be that of a step further on.
    levels = [_level(connection, step, limit) for step in steps if step.is_shown]
    for made in ("asked", *(step.name for step in steps)):
        connection.execute(f"drop table temp.{made}")
    # Where nothing stands behind nothing, there is nothing to show.
    shown = (level for level in levels if level.row_count or level.number)
    return Trace(name, asked, tuple(shown))


def _types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    schema, name = table.split(".")
    return dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where "
            "schema_name = ? and table_name = ? and not internal",
            [schema, name],
        ).fetchall()
    )


def _condition(
    types: Mapping[str, str], keys: Mapping[str, str], table: str
) -> tuple[str, list[str]]:
    """The condition of the keys; values stay parameters, names are the table's own."""
    for key in keys:
        if key not in types:
            raise CannotTrace(f"{table} has no column {key}; it has {', '.join(types)}")
    parts = [f"{key} = cast(? as {types[key]})" for key in keys]
    values = [
        f"{value}-01" if types[key] == "DATE" and len(value) == 7 else value
        for key, value in keys.items()
    ]
    return " and ".join(parts) or "true", values


def _level(connection: duckdb.DuckDBPyConnection, step: TraceStep, limit: int) -> Level:
    found = connection.execute(f"from {step.name} order by all limit {limit}")
    columns = tuple(column[0] for column in found.description or ())
    rows = tuple(found.fetchall())
    count, number, total = connection.execute(
        f"select (select count(*) from {step.name}), "
        f"({step.number or 'null'}), ({step.total or 'null'})"
    ).fetchall()[0]
    # Nothing to sum is zero; a step without a sum has no number.
    sums = [int(value or 0) if step.number else None for value in (number, total)]
    return Level(step.title, step.unit, columns, rows, count, sums[0], sums[1])
