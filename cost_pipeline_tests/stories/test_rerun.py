"""Twice is once: a second run, a rebuild, a killed run all end with one digest."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from cost_pipeline.commands.demo import ENVIRONMENT
from cost_pipeline_tests.conftest import command, surroundings

pytestmark = pytest.mark.slow
KILLS = 2


def digest(home):
    done = command(home, "digest")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def copied(demo_home, tmp_path):
    """A copy of the finished demo that a test may harm."""
    shutil.copytree(demo_home, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_second_demo_changes_no_digest(demo_home, copied):
    done = command(copied, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert digest(copied) == digest(demo_home)


def test_a_rebuild_from_landing_and_ledger_changes_no_digest(demo_home, copied):
    (copied / "data" / "ledger.duckdb").unlink()
    done = command(
        copied, "rebuild", **ENVIRONMENT, DIGITALOCEAN_API_URL="http://[::1]:9"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert digest(copied) == digest(demo_home)


def test_a_run_killed_at_any_instant_converges(demo_home, copied):
    """The warehouse is thrown away, so that the killed run has everything to do."""
    chance = random.Random(20260520)
    (copied / "data" / "warehouse.duckdb").unlink()
    shutil.rmtree(copied / "data" / "published")
    environment = {**os.environ, **surroundings(copied), **ENVIRONMENT}
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "cost_pipeline", "run"],
            cwd=copied,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # Not a wait for something: the kill has to fall somewhere in the run.
        time.sleep(chance.uniform(3.0, 9.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = command(copied, "run", **ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert digest(copied) == digest(demo_home)
