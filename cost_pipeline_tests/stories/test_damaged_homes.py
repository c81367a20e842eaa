"""What a home that was harmed says, and which command mends it.

Each story copies the finished demo and breaks something: a file that was cut, flipped
or deleted, a disk that is full, a place that is none. Kills are `test_rerun.py`.
"""

import os
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager

import duckdb
import pytest

from cost_pipeline.commands.demo import ENVIRONMENT
from cost_pipeline.providers.demo import DEMO_NOW
from cost_pipeline.publish.published_file import publish
from cost_pipeline.resources import opened_warehouse
from cost_pipeline.settings import Settings
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.conftest import command, surroundings
from cost_pipeline_tests.waiting import PATIENCE_S

pytestmark = pytest.mark.slow


@pytest.fixture
def harmed(demo_home, tmp_path):
    """A copy of the finished demo that a test may harm."""
    shutil.copytree(demo_home, tmp_path / "copy")
    return tmp_path / "copy"


def failed_lines(done):
    """What was said of failures: one line each, and never a traceback."""
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    lines = done.stderr.strip().splitlines()
    assert lines
    assert all(line.startswith("failed ") for line in lines), lines
    return lines


def digest(home):
    done = command(home, "digest")
    assert done.returncode == 0, done.stderr
    return done.stdout


def published_bytes(home):
    return (home / "data" / "published" / "cost.duckdb").read_bytes()


def run(home, *arguments):
    return command(home, *(arguments or ("run",)), **ENVIRONMENT)


def flip(path):
    """Change one byte in the middle and leave the length as it was."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def flip_every_block(path):
    """Change one byte in each block of a database, and leave its headers alone."""
    content = bytearray(path.read_bytes())
    for place in range(64 << 10, len(content), 256 << 10):
        content[place] ^= 0xFF
    path.write_bytes(content)


def an_invoice(home):
    """The landed file of an invoice; every rebuild reads it."""
    found = (home / "data" / "landing" / "objects").rglob("*.csv")
    return max(found, key=lambda path: b"product," in path.read_bytes()[:8])


def test_a_flipped_byte_is_named_with_its_file_and_the_old_file_stays(harmed):
    before = published_bytes(harmed)
    landed = an_invoice(harmed)
    flip(landed)
    lines = failed_lines(run(harmed, "rebuild"))
    assert any(landed.name in line and "backup" in line for line in lines), lines
    assert published_bytes(harmed) == before


def test_a_deleted_listing_comes_back_with_the_next_sync(harmed):
    landing = Landing(harmed / "data" / "landing")
    receipt = landing.latest("droplets", "do:demo", until=DEMO_NOW)
    assert receipt is not None
    last = landing.path(receipt.sha256, receipt.suffix)
    last.unlink()
    later = {**ENVIRONMENT, "COST_PIPELINE_NOW": "2026-05-20T00:15:00Z"}
    done = command(harmed, "run", "--select", "landing", **later)
    assert done.returncode == 0, done.stdout + done.stderr
    assert last.exists()


def test_a_corrupt_warehouse_names_the_command_that_mends_it(harmed, demo_home):
    warehouse = harmed / "data" / "warehouse.duckdb"
    warehouse.write_bytes(b"no database " * 100_000)
    lines = failed_lines(run(harmed))
    assert all("cost-pipeline rebuild" in line for line in lines), lines
    assert all("warehouse.duckdb" in line for line in lines), lines
    done = run(harmed, "rebuild")
    assert done.returncode == 0, done.stderr
    assert digest(harmed) == digest(demo_home)


def test_a_flipped_byte_of_a_database_is_mended_by_the_command_it_names(
    harmed, demo_home
):
    for name in ("warehouse.duckdb", "published/cost.duckdb"):
        flip_every_block(harmed / "data" / name)
    (line,) = failed_lines(run(harmed, "digest"))
    assert "cost.duckdb" in line
    assert "cost-pipeline rebuild" in line
    lines = failed_lines(run(harmed))
    assert all("cost-pipeline rebuild" in line for line in lines), lines
    done = run(harmed, "rebuild")
    assert done.returncode == 0, done.stderr
    assert digest(harmed) == digest(demo_home)


def test_a_corrupt_ledger_names_the_way_back(harmed):
    ledger = harmed / "data" / "ledger.duckdb"
    ledger.write_bytes(b"no database " * 100_000)
    lines = failed_lines(run(harmed))
    assert all("Move the file away" in line for line in lines), lines


def test_a_ledger_that_went_missing_is_there_again_before_anything_is_issued(harmed):
    settings = Settings(COST_PIPELINE_HOME=str(harmed / "data"))
    count = "select count(*) from ledger.documents"
    with opened_warehouse(settings, RunClock(DEMO_NOW)) as connection:
        before = connection.execute(count).fetchall()
    settings.ledger_path.unlink()
    with opened_warehouse(settings, RunClock(DEMO_NOW)) as connection:
        assert connection.execute(count).fetchall() == before
    assert before > [(0,)]


def test_a_corrupt_published_file_is_said_in_a_line(harmed):
    (harmed / "data" / "published" / "cost.duckdb").write_bytes(b"nothing" * 9_000)
    (line,) = failed_lines(run(harmed, "digest"))
    assert "cost.duckdb" in line
    assert "cost-pipeline rebuild" in line


@contextmanager
def files_of_at_most(megabytes):
    """Let no file of this process grow beyond a limit, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (megabytes << 20, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_while_publishing_leaves_the_old_file(harmed):
    settings = Settings(COST_PIPELINE_HOME=str(harmed / "data"))
    target = settings.published_path
    target.with_name("manifest.json").unlink()
    before = published_bytes(harmed)
    with (
        opened_warehouse(settings, RunClock(DEMO_NOW)) as connection,
        files_of_at_most(megabytes=1),
        pytest.raises(duckdb.IOException, match="too large"),
    ):
        publish(connection, target, settings.exports_path)
    assert published_bytes(harmed) == before
    assert not list(target.parent.glob(".*partial*"))


def test_a_disk_that_is_full_from_the_start_is_said(harmed):
    before = published_bytes(harmed)
    environment = {**os.environ, **surroundings(harmed), **ENVIRONMENT}
    environment["DAGSTER_HOME"] = str(harmed / "fresh")
    limit = (1 << 20, 1 << 20)
    done = subprocess.run(
        [sys.executable, "-m", "cost_pipeline", "run"],
        cwd=harmed,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    # Dagster has words of its own to say before ours.
    assert "Dagster's history in" in done.stderr.splitlines()[-1]
    assert published_bytes(harmed) == before


def test_a_home_that_cannot_be_is_said_in_a_line(tmp_path):
    (tmp_path / "file").write_text("")
    place = {"COST_PIPELINE_HOME": str(tmp_path / "file" / "data")}
    for arguments in (["run", "--select", "landing"], ["demo"], ["rebuild"]):
        lines = failed_lines(command(tmp_path, *arguments, **place))
        assert any(str(tmp_path / "file") in line for line in lines), lines
