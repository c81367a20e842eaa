"""Dagster's SQLite event log with connections that are kept.

The stock class opens a new engine and flushes to disk for every event; a run of two
hundred tables writes thousands. It also asks which tables and columns there are each
time. Same files, same layout: only the command line's runs write through this, and the
UI reads them with the stock class.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import dagster as dg
from dagster._core.event_api import EventLogRecord
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    SqliteEventLogStorage,
)
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine

BUSY_TIMEOUT_S = 60
KEPT_SHARDS = 8
# The record of the newest materialization, by asset.
Latest = Mapping[dg.AssetKey, EventLogRecord | None]


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """Keeps the engines of the last few runs and of the index."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._kept: OrderedDict[str, Engine] = OrderedDict()
        # Connections of the transaction that is open, if one is; the lock guards them.
        self._open: dict[str, Connection] | None = None
        self._known: set[tuple[str, str]] = set()
        self._latest: dict[str, tuple[str, Latest]] = {}
        # Instead of the stock class's own lock, which a thread can take only once.
        self._kept_lock = threading.RLock()
        super().__init__(*arguments, **named)

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: Any, config_value: dict[str, Any]
    ) -> "KeptSqliteEventLogStorage":
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._one_transaction():
            yield self._connection(shard)

    @contextmanager
    def _one_transaction(self) -> Iterator[None]:
        """All that is read or written inside, one transaction for each file.

        What opens one inside another is part of it.
        """
        with self._kept_lock:
            if self._open is not None:
                yield
                return
            with ExitStack() as self._stack:
                self._open = {}
                try:
                    yield
                finally:
                    self._open = None

    def _connection(self, shard: str) -> Connection:
        assert self._open is not None
        if shard not in self._open:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            connection = self._stack.enter_context(engine.connect())
            self._stack.enter_context(connection.begin())
            self._open[shard] = connection
        return self._open[shard]

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
        """Store all events in one transaction for each file."""
        with self._one_transaction():
            for entry in events:
                super().store_event(entry)

    def store_event(self, event: EventLogEntry) -> None:
        self.store_event_batch([event])

    def _get_latest_materialization_records(
        self, raw_asset_rows: Iterable[Any]
    ) -> Latest:
        """Every step asks for those of its inputs; no text is parsed twice."""
        found: dict[dg.AssetKey, EventLogRecord | None] = {}
        for row in raw_asset_rows:
            text = f"{row['last_materialization']} {row['asset_details']}"
            known, latest = self._latest.get(row["asset_key"], ("", {}))
            if known != text:
                latest = super()._get_latest_materialization_records([row])
            if row["last_materialization"]:
                self._latest[row["asset_key"]] = (text, latest)
            found.update(latest)
        return found

    def has_table(self, table_name: str) -> bool:
        return self._is_known("table", table_name, super().has_table)

    def has_secondary_index(self, name: str) -> bool:
        return self._is_known("index", name, super().has_secondary_index)

    def _has_asset_key_col_on_connection(
        self, conn: Connection, column_name: str
    ) -> bool:
        ask = super()._has_asset_key_col_on_connection
        return self._is_known("column", column_name, lambda name: ask(conn, name))

    def _is_known(self, kind: str, name: str, ask: Callable[[str], bool]) -> bool:
        """What was there once is not asked for again; nothing takes it away."""
        if (kind, name) not in self._known and ask(name):
            self._known.add((kind, name))
        return (kind, name) in self._known

    def dispose(self) -> None:
        for engine in self._kept.values():
            engine.dispose()
        self._kept.clear()
        super().dispose()


def _in_wal_a_commit_need_not_flush(connection: Any, _: Any) -> None:
    """With a write-ahead log a power cut loses the last events and corrupts nothing."""
    connection.execute("pragma synchronous = normal")
