"""The ledger: a key is written once, and what was written can be restored."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from cost_pipeline.contracts.base import Column
from cost_pipeline.contracts.ledger import DECISIONS
from cost_pipeline.contracts.ledger_margins import MARGIN_FINALS
from cost_pipeline.contracts.registry import ledger_tables
from cost_pipeline.storage import ledger
from cost_pipeline.storage.connection import RunClock, open_warehouse, set_clock
from cost_pipeline.storage.ledger import (
    LedgerConflict,
    append,
    append_new,
    count_new,
    prepare_ledger,
    restore,
)
from cost_pipeline_tests.tables import NOW

# The demo's ledger as version 9e00f57 wrote it, with one invoice voided.
OLDER = Path(__file__).with_name("ledger_9e00f57.duckdb")
WRITTEN = {
    "claims": 53,
    "crossings": 2,
    "decisions": 1,
    "deliveries": 20,
    "documents": 12,
    "lines": 33,
    "margin_finals": 119,
    "messages": 20,
}


def opened(tmp_path):
    connection = open_warehouse(tmp_path / "w.duckdb", tmp_path / "ledger.duckdb")
    set_clock(connection, RunClock(NOW))
    prepare_ledger(connection, tmp_path / "ledger")
    return connection


def decide(connection, tmp_path, decision_id="d1", subject="droplets"):
    query = (
        "select ? as decision_id, 'confirm-shrink' as decision, ? as subject_id, "
        "cast('{}' as json) as details, now_at as decided_at from ref.clock"
    )
    return append(
        connection,
        DECISIONS,
        query,
        [decision_id, subject],
        segments=tmp_path / "ledger",
    )


def test_the_same_row_is_written_once(tmp_path):
    with opened(tmp_path) as connection:
        assert decide(connection, tmp_path).new == 1
        again = decide(connection, tmp_path)
        assert (again.new, again.known) == (0, 1)
        assert connection.execute(
            "select count(*) from ledger.decisions"
        ).fetchall() == [(1,)]


def test_the_same_key_with_other_content_is_an_error(tmp_path):
    with opened(tmp_path) as connection:
        decide(connection, tmp_path)
        with pytest.raises(LedgerConflict, match="decision_id d1"):
            decide(connection, tmp_path, subject="volumes")


def test_a_lost_ledger_comes_back_from_its_segments(tmp_path):
    with opened(tmp_path) as connection:
        decide(connection, tmp_path)
        decide(connection, tmp_path, "d2", "volumes")
        before = connection.execute("from ledger.decisions order by all").fetchall()
    (tmp_path / "ledger.duckdb").unlink()
    with opened(tmp_path) as connection:
        assert restore(connection, tmp_path / "ledger") == 2
        assert (
            connection.execute("from ledger.decisions order by all").fetchall()
            == before
        )
        assert restore(connection, tmp_path / "ledger") == 0


def test_a_segment_that_a_killed_writer_left_out_is_written_at_the_next_opening(
    tmp_path,
):
    with opened(tmp_path) as connection:
        decide(connection, tmp_path)
    (segment,) = (tmp_path / "ledger" / "decisions").glob("*.parquet")
    segment.unlink()
    with opened(tmp_path):
        pass
    assert segment.exists()


def test_drafts_read_the_ledger_under_another_name(tmp_path):
    with opened(tmp_path) as connection:
        decide(connection, tmp_path)
        found = connection.execute("select decision_id from raw.ledger_decisions")
        assert found.fetchall() == [("d1",)]


def test_a_key_that_is_there_stays_as_it_was_told(tmp_path):
    query = (
        "select 'd1' as decision_id, 'confirm-shrink' as decision, "
        "'volumes' as subject_id, cast('{}' as json) as details, "
        "now_at as decided_at from ref.clock"
    )
    with opened(tmp_path) as connection:
        decide(connection, tmp_path)
        assert count_new(connection, DECISIONS, query) == 0
        written = append_new(connection, DECISIONS, query, segments=None)
        assert (written.new, written.known) == (0, 1)
        assert connection.execute(
            "select subject_id from ledger.decisions"
        ).fetchall() == [("droplets",)]
        other = query.replace("d1", "d2")
        assert count_new(connection, DECISIONS, other) == 1
        assert append_new(connection, DECISIONS, other, segments=None).new == 1
        twice = f"{other.replace('d2', 'd3')} union all {query.replace('d1', 'd3')}"
        with pytest.raises(LedgerConflict, match="decision_id d3"):
            append_new(connection, DECISIONS, twice, segments=None)


def counts(connection):
    return {
        contract.name: connection.execute(
            f"select count(*) from {contract.table}"
        ).fetchall()[0][0]
        for contract in ledger_tables()
        if contract.name in WRITTEN
    }


def content(connection, table):
    """The rows as they were written, whatever columns joined the table since."""
    with duckdb.connect(str(OLDER), read_only=True) as older:
        found = older.execute(f"describe {table}").fetchall()
    names = ", ".join(row[0] for row in found)
    query = f"select {names} from ledger.{table} order by all"
    return connection.execute(query).fetchall()


def as_written(table):
    with duckdb.connect(str(OLDER), read_only=True) as older:
        return older.execute(f"from {table} order by all").fetchall()


@pytest.fixture
def today(monkeypatch):
    """Today's contracts, with a column more in one of them."""
    reason = Column("reason", "varchar", "Why, in words.", joined_later=True)
    joined = replace(MARGIN_FINALS, columns=(reason, *MARGIN_FINALS.columns))
    tables = tuple(joined if c is MARGIN_FINALS else c for c in ledger_tables())
    monkeypatch.setattr(ledger, "ledger_tables", lambda: tables)
    return joined


def a_final(contract, *, month, reason="null"):
    """A query for one row of margins that were called final."""
    given = {"month": f"date '{month}'", "reason": reason, "recorded_at": "now_at"}
    columns = [
        f"cast({given.get(c.name, repr('AUD') if c.type == 'varchar' else '0')} "
        f"as {c.type}) as {c.name}"
        for c in contract.columns
    ]
    return f"select {', '.join(columns)} from ref.clock"


def test_a_column_that_joined_the_ledger_may_be_null_for_ever():
    for contract in ledger_tables():
        with duckdb.connect(str(OLDER), read_only=True) as older:
            if contract.name not in WRITTEN:
                continue
            found = older.execute(f"describe {contract.name}").fetchall()
        written = {row[0] for row in found}
        for column in contract.columns:
            assert column.joined_later == (column.name not in written), column.name
            assert not (column.joined_later and column.required), column.name


def test_an_older_ledger_is_opened_and_nothing_of_it_changes(tmp_path, today):
    shutil.copy(OLDER, tmp_path / "ledger.duckdb")
    for _ in range(2):
        with opened(tmp_path) as connection:
            assert counts(connection) == WRITTEN
            for table in WRITTEN:
                assert content(connection, table) == as_written(table), table
            assert connection.execute(
                "select distinct reason from ledger.margin_finals"
            ).fetchall() == [(None,)]


def test_an_older_ledger_is_written_by_name(tmp_path, today):
    shutil.copy(OLDER, tmp_path / "ledger.duckdb")
    row = a_final(today, month="2030-01-01", reason="'a new cell'")
    silent = a_final(today, month="2030-02-01")
    with opened(tmp_path) as connection:
        for query in (row, silent, row, silent):
            append(connection, today, query, segments=tmp_path / "ledger")
        found = connection.execute(
            "select month, revenue_basis, reason from raw.ledger_margin_finals "
            "where month >= '2030-01-01' order by month"
        ).fetchall()
        assert [row[1:] for row in found] == [("AUD", "a new cell"), ("AUD", None)]
        other = row.replace("a new cell", "another")
        with pytest.raises(LedgerConflict):
            append(connection, today, other, segments=tmp_path / "ledger")


def test_what_an_older_ledger_knows_is_no_conflict_with_what_is_given_today(
    tmp_path, today
):
    shutil.copy(OLDER, tmp_path / "ledger.duckdb")
    with opened(tmp_path) as connection:
        names = ", ".join(column.name for column in today.columns)
        query = f"select {names} from ledger.margin_finals"
        written = append(connection, today, query, segments=None)
        assert (written.new, written.known) == (0, WRITTEN["margin_finals"])


def test_an_older_ledger_that_was_lost_comes_back_from_segments_of_both_ages(
    tmp_path, today
):
    segments = tmp_path / "ledger"
    with duckdb.connect(str(OLDER), read_only=True) as older:
        for table in WRITTEN:
            (segments / table).mkdir(parents=True)
            for (batch,) in older.execute(
                f"select distinct batch from {table}"
            ).fetchall():
                path = segments / table / f"{batch:08d}.parquet"
                older.execute(
                    f"copy (select * from {table} where batch = {batch}) to '{path}'"
                )
    shutil.copy(OLDER, tmp_path / "ledger.duckdb")
    with opened(tmp_path) as connection:
        query = a_final(today, month="2030-01-01", reason="'a new cell'")
        append(connection, today, query, segments=segments)
        before = connection.execute("from ledger.margin_finals order by all").fetchall()
    (tmp_path / "ledger.duckdb").unlink()
    with opened(tmp_path) as connection:
        assert restore(connection, segments) == sum(WRITTEN.values()) + 1
        names = "select * exclude (reason, input_hash, batch, written_at), "
        names += "input_hash, batch, written_at, reason from ledger.margin_finals"
        after = connection.execute(f"{names} order by all").fetchall()
        assert after == before
        for table in WRITTEN:
            if table != "margin_finals":
                assert content(connection, table) == as_written(table), table
