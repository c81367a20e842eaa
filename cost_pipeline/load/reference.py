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
from cost_pipeline.models.query_files import query_of


def make_calendar(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `ref.days`, `ref.months` and `ref.numbers`, which never change."""
    connection.execute(query_of("load/calendar"))
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
