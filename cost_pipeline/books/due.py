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
from cost_pipeline.storage.connection import LazyConnection, RunClock, WarehouseBusy

UNTAKEN = """
with attempts as (
    select
        message_id,
        bool_or(outcome in ('sent', 'skipped')) as is_done,
        bool_or(outcome = 'dry_run') as is_shown,
        max_by(next_try_at, attempt) filter (where outcome in ('failed', 'unknown'))
            as next_try_at
    from ({attempts})
    group by message_id
)

select count(*)
from ({messages}) as messages
left join attempts using (message_id)
where not coalesce(attempts.is_done, false)
    and not (? and coalesce(attempts.is_shown, false))
    and coalesce(attempts.next_try_at <= ?, true)
"""
NO_ATTEMPTS = """
select '' as message_id, 0 as attempt, '' as outcome, null::timestamp as next_try_at
where false
"""


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
    messages = f"select * from read_parquet('{_files(segments / 'messages')}')"
    attempts = NO_ATTEMPTS
    if any((segments / "deliveries").glob("*.parquet")):
        attempts = f"select * from read_parquet('{_files(segments / 'deliveries')}')"
    query = UNTAKEN.format(messages=messages, attempts=attempts)
    now = clock.now.astimezone(UTC).replace(tzinfo=None)
    with duckdb.connect() as memory:
        found = memory.execute(query, [is_dry_run, now]).fetchall()
    return int(found[0][0])


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


def _files(folder: Path) -> str:
    return f"{folder}/*.parquet".replace("'", "''")
