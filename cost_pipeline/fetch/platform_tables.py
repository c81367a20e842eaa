"""The platform's tables: landed as they came, then loaded as their contracts say."""

import json
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import reference_tables, source_tables
from cost_pipeline.fetch.guards import kept_whole, show_held, told_of_held
from cost_pipeline.load.reference import load_seed
from cost_pipeline.load.tables import Loaded, SourceFile, load_table
from cost_pipeline.sources.base import Sources, TableBytes
from cost_pipeline.storage.landing import (
    LandedFileMissing,
    Landing,
    Receipt,
    canonical,
)

ACCOUNT = "platform"
KIND = "platform_tables_json"


def land_tables(
    sources: Sources, landing: Landing, now: datetime, segments: Path | None = None
) -> Receipt:
    """Land every table the platform has, and one receipt that names them all.

    One receipt for all of them, so that a run sees either the tables of one look or
    those of another, never a mixture. Constants are asked for too: a platform that
    has rules of its own gives them, and only then the seeds stand back. Where documents
    are issued the ledger's `segments` are given, and a log that lost rows is held back.
    """
    wanted = (*source_tables(), *reference_tables())
    tables = sources.fetch([contract.name for contract in wanted])
    manifest = {
        name: {"format": table.format, "sha256": _put(landing, table)}
        for name, table in sorted(tables.items())
    }
    before = _readable_manifest(landing, now)
    for name in (contract.name for contract in source_tables() if contract.strict):
        # Imported once: whoever clears the old table away takes back no counter.
        if name in before and (name not in tables or _is_only_header(tables[name])):
            manifest[name] = before[name]
    if segments is not None:
        for name in (c.name for c in source_tables() if c.append_only):
            given, last = manifest.pop(name, None), before.get(name)
            entry = kept_whole(landing, name, given, last, now, segments)
            manifest |= {name: entry} if entry else {}
    body = canonical(manifest).encode()
    return landing.keep_file(ACCOUNT, KIND, "", body, now=now)


def last_look(landing: Landing, until: datetime) -> Receipt | None:
    """The last time the tables were landed, as of an instant."""
    return landing.latest(KIND, ACCOUNT, until=until)


def waiting_tables(landing: Landing, until: datetime) -> str | None:
    """Which logs wait for an operator, in a sentence for him."""
    return told_of_held(_manifest(landing, until))


def landed_table(
    landing: Landing, contract: Contract, until: datetime
) -> SourceFile | None:
    """The landed file of a table as of an instant, if the platform gave one."""
    entry = _manifest(landing, until).get(contract.name)
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
        show_held(
            connection, contract.name, _manifest(landing, until).get(contract.name)
        )
    if source is None:
        return load_seed(connection, contract)
    return load_table(connection, contract, source)


def _manifest(landing: Landing, until: datetime) -> dict[str, Any]:
    """The tables of the last look at or before an instant."""
    receipt = landing.latest(KIND, ACCOUNT, until=until)
    return {} if receipt is None else _tables_of(landing, receipt)


def _readable_manifest(landing: Landing, until: datetime) -> dict[str, Any]:
    """The last one that is there: what was lost is about to be landed anew."""
    while (receipt := landing.latest(KIND, ACCOUNT, until=until)) is not None:
        try:
            return _tables_of(landing, receipt)
        except LandedFileMissing:
            lost_at = datetime.fromisoformat(receipt.received_at)
            until = lost_at - timedelta(microseconds=1)
    return {}


def _tables_of(landing: Landing, receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(landing.read(receipt.sha256, receipt.suffix))
    return found


def _is_only_header(table: TableBytes) -> bool:
    """Whether a CSV names its columns and nothing else, as an empty table does."""
    if table.format != "csv":
        return False
    with table.path.open("rb") if table.path else BytesIO(table.body or b"") as lines:
        return bool(next(lines, b"").strip()) and not next(lines, b"").strip()


def _put(landing: Landing, table: TableBytes) -> str:
    suffix = f".{table.format}"
    if table.path is not None:
        return landing.put_file(table.path, suffix)
    return landing.put(table.body or b"", suffix)
