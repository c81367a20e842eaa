"""The platform's tables, landed as they came; loading is `load/platform_tables.py`."""

from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from cost_pipeline.contracts.platform import ACCOUNT, MANIFEST
from cost_pipeline.contracts.registry import reference_tables, source_tables
from cost_pipeline.fetch.guards import kept_whole, waiting_logs
from cost_pipeline.sources.base import Sources, TableBytes
from cost_pipeline.storage.files import hash_of
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.manifests import latest_manifest, readable_manifest
from cost_pipeline.storage.receipts import Receipt, canonical


def land_tables(
    sources: Sources, landing: Landing, now: datetime, segments: Path | None = None
) -> Receipt:
    """Land every table the platform has, and one receipt that names them all.

    One receipt for all of them, so that a run sees either the tables of one sync or
    those of another, never a mixture. Constants are asked for too: a platform that
    has rules of its own gives them, and only then the seeds stand back. Where documents
    are issued the ledger's `segments` are given, and a log that lost rows waits.
    """
    wanted = (*source_tables(), *reference_tables())
    tables = sources.fetch([contract.name for contract in wanted])
    manifest = {
        name: {"format": table.format, "sha256": _put(landing, table)}
        for name, table in sorted(tables.items())
    }
    before = readable_manifest(landing, MANIFEST, ACCOUNT, until=now)
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
    return landing.keep_file(ACCOUNT, MANIFEST, "", body, now=now)


def last_sync(landing: Landing, until: datetime) -> Receipt | None:
    """The last time the tables were landed, as of an instant."""
    return landing.latest(MANIFEST, ACCOUNT, until=until)


def has_changed(sources: Sources, landing: Landing, name: str, now: datetime) -> bool:
    """Whether a table differs from the one that was landed last."""
    table = sources.fetch([name]).get(name)
    if table is None:
        return False
    entry = latest_manifest(landing, MANIFEST, ACCOUNT, until=now).get(name, {})
    # A log that waits for an operator is known, and not new.
    return bool(entry.get("held", entry).get("sha256") != _sha256_of(table))


def waiting_tables(landing: Landing, until: datetime) -> str | None:
    """Which logs wait for an operator, in a sentence for him."""
    return waiting_logs(latest_manifest(landing, MANIFEST, ACCOUNT, until=until))


def _is_only_header(table: TableBytes) -> bool:
    """Whether a CSV names its columns and nothing else, as an empty table does."""
    if table.format != "csv":
        return False
    with table.path.open("rb") if table.path else BytesIO(table.body or b"") as lines:
        return bool(next(lines, b"").strip()) and not next(lines, b"").strip()


def _sha256_of(table: TableBytes) -> str:
    """The name a table would have in the landing."""
    if table.path is not None:
        return hash_of(table.path)
    return sha256(table.body or b"").hexdigest()


def _put(landing: Landing, table: TableBytes) -> str:
    suffix = f".{table.format}"
    if table.path is not None:
        return landing.put_file(table.path, suffix)
    return landing.put(table.body or b"", suffix)
