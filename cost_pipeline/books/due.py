"""What is missing or has changed, for schedules and sensors to ask.

Answers come from data and never from Dagster's history: receipts in the landing, the
ledger's segments and the published file, which no writer locks. Only the days to meter
are a matter of the warehouse; it is asked when it is free and never waited for.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from cost_pipeline.books.metered_days import due_window
from cost_pipeline.books.outbox import due_messages
from cost_pipeline.contracts.ledger_messages import DELIVERY_ATTEMPTS, MESSAGES
from cost_pipeline.fetch.invoices import (
    WANTING,
    invoices_in,
    listed_invoices,
    partition_key,
)
from cost_pipeline.fetch.platform_tables import ACCOUNT, KIND
from cost_pipeline.settings import Settings
from cost_pipeline.sources.base import Sources, TableBytes
from cost_pipeline.storage.connection import LazyConnection, RunClock, WarehouseBusy
from cost_pipeline.storage.files import hash_of
from cost_pipeline.storage.landing import Landing, instant

FILES = "invoice_csv"
ACTIVITIES = "activities"
# A file that was refused is asked for again, but not every few minutes.
ASK_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """The questions, with what they are answered from."""

    settings: Settings
    clock: RunClock
    account: str
    sources: Callable[[], Sources]

    @property
    def landing(self) -> Landing:
        return Landing(self.settings.landing_path)

    def invoices(self) -> list[str]:
        """Partition keys of listed invoices that are not done.

        Done is what has a file and was not refused since; a refused or changed invoice
        is asked for again a day after the last time.
        """
        bodies = listed_invoices(self.landing, self.account, self.clock.now)
        fetched = self._fetched()
        wanting = self._wanting()
        old = instant(self.clock.now - ASK_AGAIN_AFTER)
        due = (
            (str(body.get("invoice_period", "")), uuid)
            for uuid, body in bodies.items()
            if not body.get("is_preview")
            and (uuid not in fetched or (uuid in wanting and fetched[uuid] <= old))
        )
        return [partition_key(period, uuid) for period, uuid in sorted(due)]

    def days(self) -> tuple[date, date] | None:
        """The days to meter: exactly when the warehouse is free, else the newest."""
        lazy = LazyConnection(
            self.settings.warehouse_path,
            self.settings.ledger_path,
            self.clock,
            deadline_s=0,
        )
        if not self.settings.warehouse_path.exists():
            return None
        try:
            with lazy:
                window = due_window(lazy.get())
        except WarehouseBusy:
            return self._newest_days()
        except duckdb.CatalogException:
            # What existed was never derived yet, so there is nothing to meter.
            return None
        return (window.first_day, window.last_day) if window else None

    def has_new_activities(self) -> bool:
        """Whether the activity log differs from the one that was landed last."""
        table = self.sources().fetch([ACTIVITIES]).get(ACTIVITIES)
        if table is None:
            return False
        receipt = self.landing.latest(KIND, ACCOUNT, until=self.clock.now)
        if receipt is None:
            return True
        landed = json.loads(self.landing.read(receipt.sha256, receipt.suffix))
        entry = landed.get(ACTIVITIES, {})
        # A log that waits for an operator is known, and not new.
        return bool(entry.get("held", entry).get("sha256") != sha256_of(table))

    def messages(self) -> int:
        """How many messages could be delivered now; none before the date of issue."""
        start = self.clock.issue_from
        segments = self.settings.segments_path
        if start is None or start > self.clock.now.date():
            return 0
        now = self.clock.now.astimezone(UTC).replace(tzinfo=None)
        with duckdb.connect() as memory:
            memory.execute("create schema ledger")
            for contract in (MESSAGES, DELIVERY_ATTEMPTS):
                files = segments / contract.name
                memory.execute(
                    f"create view {contract.table} as from {quoted(files)}"
                    if any(files.glob("*.parquet"))
                    else contract.ddl()
                )
            is_dry_run = self.settings.smtp_url is None
            return len(due_messages(memory, now, is_dry_run=is_dry_run))

    def _fetched(self) -> dict[str, str]:
        """When the file of each invoice was last received, whole."""
        return {
            receipt.subject: receipt.received_at
            for receipt in self.landing.receipts(FILES)
            if receipt.is_complete and receipt.account == self.account
        }

    def _wanting(self) -> set[str]:
        """Published invoices without an accepted file of their present total."""
        rows = self._published(invoices_in("marts.provider_invoices", *WANTING))
        return {str(uuid) for _, uuid in rows}

    def _newest_days(self) -> tuple[date, date] | None:
        """Days after the last one that was published, to yesterday."""
        yesterday = self.clock.now.date() - timedelta(days=1)
        found = self._published("select max(day) from marts.usage_daily")
        last: date | None = found[0][0] if found else None
        if last is None or last >= yesterday:
            return None
        return last + timedelta(days=1), yesterday

    def _published(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the published file; none while it or the table is not there."""
        path = self.settings.published_path
        if not path.exists():
            return []
        with duckdb.connect(str(path), read_only=True) as connection:
            try:
                return connection.execute(query).fetchall()
            except duckdb.CatalogException:
                return []


def sha256_of(table: TableBytes) -> str:
    """The name a table would have in the landing."""
    if table.path is not None:
        return hash_of(table.path)
    return sha256(table.body or b"").hexdigest()


def quoted(folder: Path) -> str:
    files = f"{folder}/*.parquet".replace("'", "''")
    return f"read_parquet('{files}', union_by_name = true)"
