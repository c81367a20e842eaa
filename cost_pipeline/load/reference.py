"""Reference tables: constants, from the seeds or from the platform itself."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.landed import QUARANTINE
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.tables import (
    Loaded,
    SourceFile,
    SourceRefused,
    load_table,
)
from cost_pipeline.storage.connection import open_memory
from cost_pipeline.storage.ledger import prepare_ledger

SEEDS = Path(__file__).resolve().parents[2] / "dbt_like_sql" / "seeds"


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


@contextmanager
def seeded(tables: Iterable[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in memory with the seeds of some tables and an empty ledger."""
    with open_memory() as connection:
        connection.execute(QUARANTINE.ddl())
        prepare_ledger(connection, None)
        for table in tables:
            load_seed(connection, all_contracts()[table])
        yield connection


def seed_file(contract: Contract) -> SourceFile | None:
    """The seed file that stands in for a table, if there is one."""
    path = SEEDS / f"{contract.name}.csv"
    if not contract.has_seed or not path.exists():
        return None
    return SourceFile(path, "csv", hashlib.sha256(path.read_bytes()).hexdigest())
