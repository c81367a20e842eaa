"""Dagster's SQLite event log with connections that are kept.

The stock class opens a new engine and flushes to disk for every event; a run of two
hundred tables writes thousands. Same files, same layout: only the command line's runs
write through this, and the UI reads them with the stock class.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    SqliteEventLogStorage,
)
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine

BUSY_TIMEOUT_S = 60
KEPT_SHARDS = 8


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """Keeps the engines of the last few runs and of the index."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._kept: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(*arguments, **named)

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: Any, config_value: dict[str, Any]
    ) -> "KeptSqliteEventLogStorage":
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._kept.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
            )
            event.listen(engine, "connect", _in_wal_a_commit_need_not_flush)
        self._kept[shard] = engine
        while len(self._kept) > KEPT_SHARDS:
            self._kept.popitem(last=False)[1].dispose()
        return engine

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events one after another; the kept connections make that cheap."""
        for entry in events:
            self.store_event(entry)

    def dispose(self) -> None:
        for engine in self._kept.values():
            engine.dispose()
        self._kept.clear()
        super().dispose()


def _in_wal_a_commit_need_not_flush(connection: Any, _: Any) -> None:
    """With a write-ahead log a power cut loses the last events and corrupts nothing."""
    connection.execute("pragma synchronous = normal")
