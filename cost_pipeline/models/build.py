"""Building a model: its query becomes its table, whole or not at all."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb

from cost_pipeline.models.model import Model
from cost_pipeline.storage.connection import transaction


@dataclass(frozen=True)
class Built:
    """What came of it, for the asset's metadata."""

    rows: int
    seconds: float
    columns: tuple[tuple[str, str], ...]
    # Which rows were built, as a condition; none = all of them.
    scope: str | None = None
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """The days a partitioned model is built for, both included."""

    first_day: date
    last_day: date

    def holds(self, column: str) -> str:
        """The condition that a day is one of them."""
        return f"{column} between date '{self.first_day}' and date '{self.last_day}'"


def build(
    connection: duckdb.DuckDBPyConnection, model: Model, window: Window | None = None
) -> Built:
    """Build a model in one transaction: a view, a table, or a range of its days."""
    if model.is_append:
        raise ValueError(f"{model.table} is appended to and never built")
    started = time.perf_counter()
    if model.partition:
        # Before the transaction: in DuckDB 2.0 a table made empty by a query and filled
        # in order by the same transaction answers filters wrongly from its second row
        # group on, and a day that is replaced is then not deleted.
        connection.execute(_empty_like(model))
    with transaction(connection):
        if model.is_view:
            connection.execute(f"create or replace view {model.table} as {model.query}")
        elif model.partition and window:
            replace_range(connection, model, window)
        elif not model.partition:
            connection.execute(
                f"create or replace table {model.table} as {model.query}"
            )
    scope = window.holds(model.partition) if model.partition and window else None
    return outcome_of(connection, model, started, scope)


def outcome_of(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    started: float,
    scope: str | None,
    facts: Mapping[str, int] | None = None,
) -> Built:
    """What came of a build that is done."""
    columns = column_types(connection, model.table)
    rows = row_count(connection, model)
    seconds = time.perf_counter() - started
    return Built(rows, seconds, columns, scope, facts or {})


def replace_range(
    connection: duckdb.DuckDBPyConnection, model: Model, window: Window
) -> None:
    """Replace a range of days in one statement; the query reads `ref.window`."""
    set_window(connection, window)
    connection.execute(_empty_like(model))
    span = [window.first_day, window.last_day]
    connection.execute(
        f"delete from {model.table} where {model.partition} between ? and ?", span
    )
    # Sorted by day once, later deletes and inserts of a day stay cheap.
    connection.execute(
        f"insert into {model.table} from ({model.query}) order by {model.partition}"
    )


def set_window(connection: duckdb.DuckDBPyConnection, window: Window) -> None:
    """Write the range where a partitioned model's query can see it."""
    connection.execute(
        "create or replace table ref.window as "
        "select cast(? as date) as first_day, cast(? as date) as last_day",
        [window.first_day, window.last_day],
    )


def column_types(
    connection: duckdb.DuckDBPyConnection, table: str
) -> tuple[tuple[str, str], ...]:
    """Name and type of each column, as DuckDB sees them."""
    # Not from `duckdb_columns()`, which lists those of every table there is.
    found = connection.execute(
        f"select column_name, column_type from (describe {table})"
    )
    return tuple(found.fetchall())


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the warehouse has a table, of whatever content."""
    found = connection.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ? "
        "and database_name = current_database()",
        table.split("."),
    ).fetchall()
    return bool(found)


def row_count(connection: duckdb.DuckDBPyConnection, model: Model) -> int:
    found = connection.execute(f"select count(*) from {model.table}").fetchall()
    return int(found[0][0])


def _empty_like(model: Model) -> str:
    return f"create table if not exists {model.table} as from ({model.query}) limit 0"
