"""Observations: what changed between one accepted listing and the next.

Here it is decided which listings history follows, and what they changed is written
down. Intervals, strikes and owners follow from that in SQL.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from cost_pipeline.contracts.landed import OBSERVATIONS, RECEIPTS
from cost_pipeline.domain.missing import is_suspicious
from cost_pipeline.load.receipts import LISTINGS
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.connection import transaction
from cost_pipeline.storage.landing import Landing


@dataclass(frozen=True)
class Observed:
    """What came of one kind: changes written, and whether an operator is waited for."""

    account: str
    kind: str
    changes: int
    waiting: int


@dataclass(frozen=True)
class Run:
    """Receipts in a row that say the same."""

    first_at: datetime
    last_at: datetime
    sha256: str
    suffix: str


def load_observations(
    connection: duckdb.DuckDBPyConnection, landing: Landing
) -> tuple[Observed, ...]:
    """Judge the listings that were not yet, and write down what they changed.

    One transaction per kind, so that one listing that cannot be read stops its own
    kind only when it is met, and a killed run leaves whole kinds.
    """
    prepare = query_of("load/observations/prepare")
    for ddl in (RECEIPTS.ddl(), OBSERVATIONS.ddl(), prepare):
        connection.execute(ddl)
    due = connection.execute(
        query_of("load/observations/due"), {"listings": list(LISTINGS)}
    ).fetchall()
    found = []
    for account, kind, confirmed_at, is_replay in due:
        walk = Walk(connection, landing, account, kind, tuple(confirmed_at))
        with transaction(connection):
            found.append(walk.go(is_replay=is_replay))
    return tuple(found)


@dataclass
class Walk:
    """One kind's listings in order of time, each compared with the last accepted."""

    connection: duckdb.DuckDBPyConnection
    landing: Landing
    account: str
    kind: str
    confirmed_at: tuple[datetime, ...]

    def go(self, *, is_replay: bool) -> Observed:
        if is_replay:
            self._forget()
        pending = self.connection.execute(
            query_of("load/observations/runs"), self._names
        )
        runs = [Run(*row) for row in pending.fetchall()]
        base = self._last_accepted()
        base_sha = base.sha256 if base else ""
        waiting: list[Run] = []
        before = self._count()
        is_read = False
        for place, run in enumerate(runs):
            if run.sha256 == base_sha:
                continue
            if not is_read:
                self._read(base, "base")
                is_read = True
            self._read(run, "candidate")
            if base_sha and self._waits(runs[place:]):
                waiting.append(run)
                continue
            self._write_changes(run)
            base_sha = run.sha256
        self._finish(waiting)
        return Observed(self.account, self.kind, self._count() - before, len(waiting))

    @property
    def _names(self) -> list[object]:
        return [self.account, self.kind]

    def _forget(self) -> None:
        where = "where account = ? and kind = ?"
        self.connection.execute(f"delete from raw.observations {where}", self._names)
        self.connection.execute(
            f"update raw.receipts set verdict = 'pending' {where} "
            "and subject = '' and is_complete",
            self._names,
        )

    def _last_accepted(self) -> Run | None:
        last = self.connection.execute(
            "select received_at, received_at, sha256, suffix from raw.receipts "
            "where account = ? and kind = ? and subject = '' and verdict = 'accepted' "
            "order by received_at desc limit 1",
            self._names,
        ).fetchall()
        return Run(*last[0]) if last else None

    def _read(self, run: Run | None, table: str) -> None:
        """Read a landed listing into a temporary table, its hash checked first."""
        self.connection.execute(
            f"create or replace temp table {table} "
            "(provider_id varchar, identity varchar, document json, source_row bigint)"
        )
        if run is None:
            return
        path = self.landing.verified(run.sha256, run.suffix)
        # A member that moved is in the listing still, under another project.
        identity = "id"
        if self.kind == "project_resources":
            identity = "substr(id, strpos(id, '|') + 1)"
        self.connection.execute(
            f"insert into temp.{table} "
            f"select id, {identity}, body, row_number() over () from read_ndjson(?, "
            "columns = {id: 'VARCHAR', body: 'JSON'}, compression = 'gzip')",
            [str(path)],
        )

    def _shrinks(self, table: str) -> bool:
        known, gone, left = self.connection.execute(
            query_of("load/observations/shrink"), {"listed": f"temp.{table}"}
        ).fetchall()[0]
        return is_suspicious(known, gone, left)

    def _waits(self, runs: list[Run]) -> bool:
        """Whether the candidate waits: it shrinks, and nobody confirmed it.

        A confirmation speaks about what waited when it was given. A shrink that had
        healed by itself before then was a fault, and stays one.
        """
        if not self._shrinks("candidate"):
            return False
        later = [moment for moment in self.confirmed_at if moment >= runs[0].first_at]
        if not later:
            return True
        for run in runs[1:]:
            if run.first_at > min(later):
                break
            self._read(run, "later")
            if not self._shrinks("later"):
                return True
        return False

    def _write_changes(self, run: Run) -> None:
        """Append what a listing changed, and take it as what is known."""
        self.connection.execute(
            query_of("load/observations/changes"),
            [*self._names, run.first_at, run.sha256],
        )
        self.connection.execute("drop table temp.base")
        self.connection.execute("alter table temp.candidate rename to base")

    def _count(self) -> int:
        found = self.connection.execute(
            "select count(*) from raw.observations where account = ? and kind = ?",
            self._names,
        ).fetchall()
        return int(found[0][0])

    def _finish(self, waiting: list[Run]) -> None:
        where = (
            "where account = ? and kind = ? and subject = '' and verdict = 'pending'"
        )
        self.connection.execute(
            f"update raw.receipts set verdict = 'held' {where} and exists ("
            "select 1 from (select unnest(?) as first_at, unnest(?) as last_at) as run "
            "where received_at between run.first_at and run.last_at)",
            [*self._names, [r.first_at for r in waiting], [r.last_at for r in waiting]],
        )
        self.connection.execute(
            f"update raw.receipts set verdict = 'accepted' {where}", self._names
        )
        self.connection.execute(
            "delete from ops.judged_kinds where account = ? and kind = ?", self._names
        )
        self.connection.execute(
            "insert into ops.judged_kinds select account, kind, max(received_at), ? "
            "from raw.receipts where account = ? and kind = ? and subject = '' "
            "and is_complete group by account, kind",
            [list(self.confirmed_at), *self._names],
        )
