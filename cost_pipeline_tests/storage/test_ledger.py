"""The ledger: a key is written once, and what was written can be restored."""

import pytest

from cost_pipeline.contracts.ledger import DECISIONS
from cost_pipeline.storage.connection import RunClock, open_warehouse, set_clock
from cost_pipeline.storage.ledger import (
    LedgerConflict,
    append,
    prepare_ledger,
    restore,
)
from cost_pipeline_tests.tables import NOW


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
