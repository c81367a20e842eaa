"""What is due to be metered or delivered, for those who may not wait for the warehouse.

Answers come from data and never from Dagster's history: the ledger's segments and the
published file, which no writer locks. Only the days to meter are a matter of the
warehouse; it is asked when it is free and never waited for. Which invoices are to be
fetched is `fetch/accepted_invoices.py`.
"""

from datetime import UTC, date, timedelta
from pathlib import Path

import duckdb

from cost_pipeline.books.metered_days import due_window
from cost_pipeline.books.outbox import due_messages
from cost_pipeline.contracts.ledger_messages import DELIVERY_ATTEMPTS, MESSAGES
from cost_pipeline.storage.connection import LazyConnection, RunClock, WarehouseBusy
from cost_pipeline.storage.literals import literal


def days_to_meter(lazy: LazyConnection, published: Path) -> tuple[date, date] | None:
    """The days to meter: exactly when the warehouse is free, else the newest."""
    if not lazy.warehouse.exists():
        return None
    try:
        with lazy:
            window = due_window(lazy.get())
    except WarehouseBusy:
        return _newest_days(published, lazy.clock)
    except duckdb.CatalogException:
        # What existed was never derived yet, so there is nothing to meter.
        return None
    return (window.first_day, window.last_day) if window else None


def messages_to_deliver(segments: Path, clock: RunClock, *, is_dry_run: bool) -> int:
    """How many messages could be delivered now; none before the date of issue."""
    start = clock.issue_from
    if start is None or start > clock.now.date():
        return 0
    if not any((segments / "messages").glob("*.parquet")):
        return 0
    now = clock.now.astimezone(UTC).replace(tzinfo=None)
    with duckdb.connect() as memory:
        memory.execute("create schema ledger")
        for contract in (MESSAGES, DELIVERY_ATTEMPTS):
            files = segments / contract.name
            memory.execute(
                f"create view {contract.table} as from {_rows(files)}"
                if any(files.glob("*.parquet"))
                else contract.ddl()
            )
        return len(due_messages(memory, now, is_dry_run=is_dry_run))


def _newest_days(published: Path, clock: RunClock) -> tuple[date, date] | None:
    """Days after the last one that was published, to yesterday."""
    yesterday = clock.now.date() - timedelta(days=1)
    if not published.exists():
        return None
    with duckdb.connect(str(published), read_only=True) as connection:
        try:
            found = connection.execute("select max(day) from marts.usage_daily")
        except duckdb.CatalogException:
            return None
        last: date | None = found.fetchall()[0][0]
    if last is None or last >= yesterday:
        return None
    return last + timedelta(days=1), yesterday


def _rows(folder: Path) -> str:
    files = literal(f"{folder}/*.parquet")
    return f"read_parquet({files}, union_by_name = true)"
