"""Opening the warehouse: one writer, a patient wait, and an error that names a PID.

Put here what concerns the connection itself. What is read or written through it
belongs to the other modules of this folder.
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import duckdb

from cost_pipeline.storage.literals import literal

Opened = TypeVar("Opened")

SCHEMAS = ("raw", "ref", "staging", "core", "marts", "ops")

MEND_WAREHOUSE = (
    "`cost-pipeline rebuild` makes the warehouse anew from landing and ledger."
)
MEND_LEDGER = (
    "Move the file away and run `cost-pipeline rebuild`: the ledger comes back from "
    "the Parquet segments beside it."
)
NOT_THE_FILES_FAULT = ("Read-only file system", "Permission denied", "No space left")
# A step that reads a damaged block cannot say which file it was in.
MEND_DAMAGED = (
    "Run `cost-pipeline rebuild`; if it says this too, the ledger is what is damaged: "
    "move ledger.duckdb away and rebuild once more."
)
CLOCK_DDL = """
    create or replace table ref.clock (
        now_at timestamp not null,
        issue_from date,
        report_currency varchar not null
    )
"""
# The same, as coarse as most tables need it: what reads this stands still within a day.
TODAY_DDL = """
    create or replace table ref.today as
    select cast(now_at as date) as day, issue_from, report_currency from ref.clock
"""


class WarehouseBusy(Exception):
    """Another process kept the warehouse for longer than we were told to wait."""


class WarehouseOutOfReach(Exception):
    """A database file may not be written; rebuilding it would help nobody."""


class WarehouseCorrupt(Exception):
    """A database file cannot be read; the message says which command mends it."""


@dataclass(frozen=True)
class RunClock:
    """What a run knows about time and intent, fixed once when it starts."""

    now: datetime
    issue_from: date | None = None
    report_currency: str = "AUD"


@dataclass
class LazyConnection:
    """Opened by the first step that asks for it, so that fetching holds no lock."""

    warehouse: Path
    ledger: Path
    clock: RunClock
    deadline_s: float = 60.0
    memory_limit: str | None = None
    _connection: duckdb.DuckDBPyConnection | None = field(default=None, repr=False)

    def get(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = open_warehouse(
                self.warehouse,
                self.ledger,
                deadline_s=self.deadline_s,
                memory_limit=self.memory_limit,
            )
            set_clock(self._connection, self.clock)
        return self._connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def open_warehouse(
    warehouse: Path,
    ledger: Path,
    *,
    deadline_s: float = 60.0,
    memory_limit: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> duckdb.DuckDBPyConnection:
    """Open the warehouse and the ledger beside it, waiting while another holds them.

    The wait has jitter, or two waiting processes would wake and collide for ever.
    """
    for path in (warehouse, ledger):
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = patiently(
        lambda: duckdb.connect(str(warehouse)), deadline_s, sleep, MEND_WAREHOUSE
    )
    prepare(connection, memory_limit)
    patiently(
        lambda: connection.execute(f"attach {literal(ledger)} as ledger"),
        deadline_s,
        sleep,
        MEND_LEDGER,
    )
    return connection


def open_memory() -> duckdb.DuckDBPyConnection:
    """A warehouse that lives as long as the connection: for quotes and for tests."""
    connection = duckdb.connect()
    prepare(connection, None)
    connection.execute("attach ':memory:' as ledger")
    return connection


def prepare(connection: duckdb.DuckDBPyConnection, memory_limit: str | None) -> None:
    """Set what every connection of ours relies on."""
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set preserve_insertion_order = true")
    # Closing up the gaps that replaced rows leave costs more than replacing them.
    connection.execute("set max_vacuum_tasks = 0")
    if memory_limit:
        connection.execute(f"set memory_limit = '{memory_limit}'")
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")


def set_clock(connection: duckdb.DuckDBPyConnection, clock: RunClock) -> None:
    """Write the run's one `now` where SQL can see it; models read no other clock."""
    row = [clock.now.replace(tzinfo=None), clock.issue_from, clock.report_currency]
    with transaction(connection):
        connection.execute(CLOCK_DDL)
        connection.execute("insert into ref.clock values (?, ?, ?)", row)
        connection.execute(TODAY_DDL)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of what is written inside, or nothing of it."""
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def patiently(
    attempt: Callable[[], Opened],
    deadline_s: float,
    sleep: Callable[[float], None],
    mend: str,
) -> Opened:
    """Try until the lock is free, the deadline has passed, or the file is broken."""
    waited_s = 0.0
    while True:
        try:
            return attempt()
        except duckdb.Error as error:
            if "Could not set lock" not in str(error):
                raise _as_unusable(error, mend) from None
            if waited_s >= deadline_s:
                raise _as_busy(error, waited_s) from None
            pause_s = random.uniform(0.02, 0.1)  # noqa: S311
            sleep(pause_s)
            waited_s += pause_s


def _as_busy(error: Exception, waited_s: float) -> WarehouseBusy:
    holder = re.search(r"\(PID (\d+)\)", str(error))
    who = f"process {holder[1]}" if holder else "another process"
    return WarehouseBusy(
        f"the warehouse is held by {who}; waited {waited_s:.0f} s. "
        "Let that run finish, or stop it, and run again."
    )


def _as_unusable(error: duckdb.Error, mend: str) -> Exception:
    first_line = str(error).splitlines()[0]
    if any(reason in first_line for reason in NOT_THE_FILES_FAULT):
        return WarehouseOutOfReach(
            f"a database file cannot be written ({first_line}). Nothing is damaged: "
            "see whether this user may write there and the disk has room."
        )
    return WarehouseCorrupt(f"a database file cannot be opened ({first_line}). {mend}")


def is_damaged(error: object) -> bool:
    """Whether DuckDB speaks of a block that is not what was written."""
    return "Corrupt database file" in str(error)
