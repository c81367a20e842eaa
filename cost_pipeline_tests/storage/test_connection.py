"""One writer at a time: the second waits, and an endless wait names the holder."""

import subprocess
import sys
import textwrap

import duckdb
import pytest

from cost_pipeline.storage.connection import (
    WarehouseBusy,
    WarehouseCorrupt,
    WarehouseOutOfReach,
    open_warehouse,
    patiently,
)

HOLD = textwrap.dedent(
    """
    import sys, duckdb
    connection = duckdb.connect(sys.argv[1])
    print("held", flush=True)
    sys.stdin.readline()
    """
)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the warehouse until it is told to let go."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "w.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_wait_that_is_too_long_names_the_holder(tmp_path, holder):
    with pytest.raises(WarehouseBusy, match=f"process {holder.pid}"):
        open_warehouse(tmp_path / "w.duckdb", tmp_path / "l.duckdb", deadline_s=0.2)


def test_the_second_process_waits_and_succeeds(tmp_path, holder):
    waits = []

    def let_go(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            holder.stdin.write("\n")
            holder.stdin.flush()
            holder.wait()

    connection = open_warehouse(
        tmp_path / "w.duckdb", tmp_path / "l.duckdb", deadline_s=60, sleep=let_go
    )
    with connection:
        assert connection.execute("select 1").fetchall() == [(1,)]
    assert all(0.02 <= wait <= 0.1 for wait in waits)


def test_a_broken_file_is_an_error_that_names_the_command(tmp_path):
    (tmp_path / "w.duckdb").write_bytes(b"this was a database once" * 1000)
    with pytest.raises(WarehouseCorrupt, match="cost-pipeline rebuild"):
        open_warehouse(tmp_path / "w.duckdb", tmp_path / "l.duckdb")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("IO Error: Cannot open file: Read-only file system", WarehouseOutOfReach),
        ("Corrupt database file: checksum of a block at 8192", WarehouseCorrupt),
        ("IO Error: /var/lock/w.duckdb is not a database", WarehouseCorrupt),
    ],
)
def test_what_is_no_lock_is_not_waited_for(said, outcome):
    def refuse():
        raise duckdb.IOException(said)

    with pytest.raises(outcome):
        patiently(refuse, 60, lambda s: pytest.fail(f"waited {s} s"), "Mend it.")


def test_every_connection_reckons_in_utc(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb", tmp_path / "l.duckdb") as connection:
        found = connection.execute("select current_setting('TimeZone')").fetchall()
    assert found == [("UTC",)]
