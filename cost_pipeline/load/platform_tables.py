"""The platform's tables, loaded from the landing as their contracts say.

How they were landed, and which log waits, is `fetch/platform_tables.py`.
"""

from datetime import datetime

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.landed import RECEIPTS
from cost_pipeline.contracts.platform import ACCOUNT, MANIFEST
from cost_pipeline.load.reference import load_seed
from cost_pipeline.load.tables import Loaded, SourceFile, load_table
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.manifests import Entry, latest_manifest

WAITING_ACCOUNT = "platform:tables"


def landed_table(
    landing: Landing, contract: Contract, until: datetime
) -> SourceFile | None:
    """The landed file of a table as of an instant, if the platform gave one."""
    entry = latest_manifest(landing, MANIFEST, ACCOUNT, until=until).get(contract.name)
    if entry is None:
        return None
    path = landing.verified(entry["sha256"], f".{entry['format']}")
    return SourceFile(path, entry["format"], entry["sha256"])


def load_source(
    connection: duckdb.DuckDBPyConnection,
    landing: Landing,
    contract: Contract,
    until: datetime,
) -> Loaded:
    """Load one table from the landing, else from its seed, else nothing."""
    source = landed_table(landing, contract, until)
    if contract.append_only:
        _show_waiting(
            connection,
            contract.name,
            latest_manifest(landing, MANIFEST, ACCOUNT, until=until).get(contract.name),
        )
    if source is None:
        return load_seed(connection, contract)
    return load_table(connection, contract, source)


def _show_waiting(
    connection: duckdb.DuckDBPyConnection, name: str, entry: Entry | None
) -> None:
    """Put what waits beside the provider's listings that do, for whoever decides."""
    connection.execute(RECEIPTS.ddl())
    whose = [WAITING_ACCOUNT, name]
    connection.execute("delete from raw.receipts where account = ? and kind = ?", whose)
    waiting = (entry or {}).get("held")
    if waiting is None:
        return
    connection.execute(
        "insert into raw.receipts (account, kind, subject, received_at, sha256, "
        "suffix, items, is_complete, verdict) "
        "values (?, ?, '', ?, ?, ?, ?, true, 'held')",
        [
            *whose,
            datetime.fromisoformat(waiting["since"]).replace(tzinfo=None),
            waiting.get("sha256", ""),
            f".{waiting['format']}" if "format" in waiting else "",
            waiting["rows"],
        ],
    )
