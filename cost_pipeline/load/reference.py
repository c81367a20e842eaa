"""Reference tables: constants from the seeds, and the calendar that SQL joins to."""

import hashlib

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.landed import QUARANTINE
from cost_pipeline.load.tables import (
    Loaded,
    SourceFile,
    SourceRefused,
    load_table,
)
from cost_pipeline.models.model import SEEDS

# A helper table is portable; `unnest(generate_series())` in a model is not.
CALENDAR = """
create table if not exists ref.days as
select cast(range as date) as day
from range(timestamp '2010-01-01', timestamp '2050-01-01', interval 1 day);
create table if not exists ref.months as
select
    cast(range as date) as month,
    cast(range + interval 1 month as date) as next_month,
    cast(date_diff('day', range, range + interval 1 month) as bigint) as days
from range(timestamp '2010-01-01', timestamp '2050-01-01', interval 1 month);
create table if not exists ref.numbers as
select cast(range as bigint) as number from range(0, 1200);
create table if not exists ref.window (first_day date, last_day date);
create table if not exists ref.metering_due (first_day date);
"""


def make_calendar(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `ref.days`, `ref.months` and `ref.numbers`, which never change."""
    connection.execute(CALENDAR)
    connection.execute(QUARANTINE.ddl())


def load_seed(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Loaded:
    """Load the seed file of a table; a broken constant is our own fault and raises."""
    source = seed_file(contract)
    loaded = load_table(connection, contract, source)
    if loaded.quarantined:
        raise SourceRefused(
            f"dbt_like_sql/seeds/{contract.name}.csv: "
            f"{loaded.quarantined} rows break the contract of {contract.table}"
        )
    return loaded


def seed_file(contract: Contract) -> SourceFile | None:
    """The seed file that stands in for a table, if there is one."""
    path = SEEDS / f"{contract.name}.csv"
    if not contract.has_seed or not path.exists():
        return None
    return SourceFile(path, "csv", hashlib.sha256(path.read_bytes()).hexdigest())
