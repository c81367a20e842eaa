"""Logs of the platform that lose no rows: one that shrinks waits for an operator.

What customers were billed stands on these logs. Half a file would take charges back
from everybody, so that the last whole sync stands until the file is whole again or
somebody says that the rows are gone. What waits is decided when the tables are landed
and written into their receipt, so that a rebuild decides the same.
"""

from datetime import datetime
from pathlib import Path

import duckdb

from cost_pipeline.domain.missing import is_suspicious
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.literals import literal
from cost_pipeline.storage.manifests import Entry, Manifest
from cost_pipeline.storage.receipts import instant

READERS = {
    "csv": "read_csv({}, all_varchar = true, header = true, ignore_errors = true)",
    "jsonl": "read_csv({}, columns = {{'line': 'varchar'}}, header = false, "
    "delim = '\\x01', quote = '', escape = '', ignore_errors = true)",
    "parquet": "read_parquet({})",
}
CONFIRMED = """
select max(decided_at) from read_parquet(?)
where decision = 'confirm-shrink' and subject_id = ?
"""


def kept_whole(
    landing: Landing,
    name: str,
    given: Entry | None,
    before: Entry | None,
    now: datetime,
    segments: Path,
) -> Entry | None:
    """What the receipt says of a log: the new file, or the old one and what waits."""
    last = {k: v for k, v in before.items() if k != "held"} if before else None
    if last is None or given == last:
        return given
    had, has = rows_of(landing, last), rows_of(landing, given)
    if not is_suspicious(had, had - has, has):
        return given
    waiting = (before or {}).get("held")
    if waiting and _is_confirmed(segments, name, waiting, has):
        return given
    since = waiting["since"] if waiting else instant(now)
    waits = {**(given or {}), "rows": has, "gone": had - has, "since": since}
    return {**last, "held": waits}


def rows_of(landing: Landing, entry: Entry | None) -> int:
    """How many whole rows a landed file has; none when it cannot be read."""
    if entry is None:
        return 0
    path = landing.path(entry["sha256"], f".{entry['format']}")
    source = READERS[entry["format"]].format(literal(path))
    with duckdb.connect() as memory:
        memory.execute("set enable_progress_bar = false")
        try:
            found = memory.execute(f"select count(*) from {source}").fetchall()
        except duckdb.Error:
            return 0
    return int(found[0][0])


def waiting_logs(manifest: Manifest) -> str | None:
    """One sentence for every log that waits; none when none does."""
    sentences = [
        f"{name}: {entry['held']['gone']} rows of the last sync are gone, so that sync "
        "stands; give the table whole, or say that they are gone: "
        f"cost-pipeline confirm-shrink {name}"
        for name, entry in sorted(manifest.items())
        if "held" in entry
    ]
    return "; ".join(sentences) or None


def _is_confirmed(segments: Path, name: str, waiting: Entry, has: int) -> bool:
    """Whether the operator's word covers this file: it lost no more than was shown."""
    if not any((segments / "decisions").glob("*.parquet")):
        return False
    files = str(segments / "decisions" / "*.parquet")
    with duckdb.connect() as memory:
        decided_at = memory.execute(CONFIRMED, [files, name]).fetchall()[0][0]
    since = datetime.fromisoformat(waiting["since"]).replace(tzinfo=None)
    is_covered = not is_suspicious(waiting["rows"], waiting["rows"] - has, has)
    return decided_at is not None and decided_at >= since and is_covered
