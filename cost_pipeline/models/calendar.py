"""The calendar: helper tables of days, months and numbers that models join to."""

import duckdb

from cost_pipeline.models.query_files import query_of


def make_calendar(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `ref.days`, `ref.months` and `ref.numbers`, which never change."""
    connection.execute(query_of("load/calendar"))
