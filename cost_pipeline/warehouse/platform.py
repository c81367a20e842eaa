"""The platform's tables: landed as they came, then loaded as their contracts say."""

import json
from datetime import datetime

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import reference_tables, source_tables
from cost_pipeline.sources.base import Sources, TableBytes
from cost_pipeline.warehouse.landing import Landing, Receipt, canonical
from cost_pipeline.warehouse.loading import Loaded, SourceFile, load_table
from cost_pipeline.warehouse.reference import load_seed

ACCOUNT = "platform"
KIND = "platform_tables_json"


def land_tables(sources: Sources, landing: Landing, now: datetime) -> Receipt:
    """Land every table the platform has, and one receipt that names them all.

    One receipt for all of them, so that a run sees either the tables of one look or
    those of another, never a mixture. Constants are asked for too: a platform that
    has rules of its own gives them, and only then the seeds stand back.
    """
    wanted = (*source_tables(), *reference_tables())
    tables = sources.fetch([contract.name for contract in wanted])
    manifest = {
        name: {"format": table.format, "sha256": _put(landing, table)}
        for name, table in sorted(tables.items())
    }
    body = canonical(manifest).encode()
    return landing.keep_file(ACCOUNT, KIND, "", body, now=now)


def landed_table(
    landing: Landing, contract: Contract, until: datetime
) -> SourceFile | None:
    """The landed file of a table as of an instant, if the platform gave one."""
    receipt = landing.latest(KIND, ACCOUNT, until=until)
    if receipt is not None:
        manifest = json.loads(landing.read(receipt.sha256, receipt.suffix))
        entry = manifest.get(contract.name)
        if entry is not None:
            path = landing.verified(entry["sha256"], f".{entry['format']}")
            return SourceFile(path, entry["format"], entry["sha256"])
    return None


def load_source(
    connection: duckdb.DuckDBPyConnection,
    landing: Landing,
    contract: Contract,
    until: datetime,
) -> Loaded:
    """Load one table from the landing, else from its seed, else nothing."""
    source = landed_table(landing, contract, until)
    if source is None:
        return load_seed(connection, contract)
    return load_table(connection, contract, source)


def _put(landing: Landing, table: TableBytes) -> str:
    suffix = f".{table.format}"
    if table.path is not None:
        return landing.put_file(table.path, suffix)
    return landing.put(table.body or b"", suffix)
