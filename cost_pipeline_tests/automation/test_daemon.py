"""The real daemon on a real Postgres: what happens when something dies."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg2
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import PythonFileTarget
from dagster._daemon.daemon import SchedulerDaemon

from cost_pipeline.commands.history import dagster_yaml
from cost_pipeline_tests.postgres_server import postgres
from cost_pipeline_tests.waiting import wait_for

TINY = Path(__file__).with_name("tiny_location.py")


@dataclass
class World:
    """A home, its Postgres, the daemon's process, and a clock for ticks."""

    home: Path
    server: Any
    daemon: "subprocess.Popen[bytes]"
    workspace: WorkspaceProcessContext
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def instance(self) -> dg.DagsterInstance:
        return self.workspace.instance

    def tick(self) -> None:
        """The next minute comes; ticks that failed to reach Postgres come again."""
        self.now += timedelta(minutes=1)
        # Its module can be imported only after the daemon's.
        from dagster._scheduler.scheduler import launch_scheduled_runs

        log = logging.getLogger(SchedulerDaemon.__name__)
        list(launch_scheduled_runs(self.workspace, log, self.now, {}))

    def last_run(self) -> dg.DagsterRun:
        return self.instance.get_runs(limit=1)[0]

    def is_last(self, status: dg.DagsterRunStatus) -> bool:
        run = self.last_run()
        assert run.status == status or not run.is_finished, run.status
        return run.status == status


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    workspace_yaml = tmp_path / "workspace.yaml"
    workspace_yaml.write_text(f"load_from:\n  - python_file: {TINY}\n")
    with ExitStack() as stack:
        server = stack.enter_context(postgres(tmp_path))
        url = server.get_uri(driver="psycopg2")
        monkeypatch.setenv("DAGSTER_POSTGRES_URL", url)
        monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
        monkeypatch.setenv("TINY_HOME", str(tmp_path))
        (tmp_path / "dagster.yaml").write_text(dagster_yaml())
        instance = stack.enter_context(dg.DagsterInstance.get())
        command = [sys.executable, "-m", "dagster._daemon", "run"]
        daemon = subprocess.Popen(
            [*command, "-w", str(workspace_yaml), "--log-level", "error"],
            start_new_session=True,
        )
        stack.callback(daemon.wait, 30)
        stack.callback(os.killpg, daemon.pid, signal.SIGKILL)
        target = PythonFileTarget(str(TINY), None, None, None)
        workspace = stack.enter_context(WorkspaceProcessContext(instance, target))
        context = workspace.create_request_context()
        repository = context.code_locations[0].get_repositories()["__repository__"]
        instance.start_schedule(repository.get_schedules()[0])
        yield World(tmp_path, server, daemon, workspace)


@pytest.mark.slow
def test_ticks_heal_a_killed_worker_and_outlive_a_postgres_that_goes_away(
    world: World,
) -> None:
    hold, started = world.home / "hold", world.home / "started"
    hold.touch()
    world.tick()
    first = world.last_run().run_id
    worker = wait_for(lambda: started.exists() and started.read_text())

    world.tick()  # while it runs, another tick starts nothing
    assert world.last_run().run_id == first

    os.kill(int(worker), signal.SIGKILL)
    wait_for(lambda: world.is_last(dg.DagsterRunStatus.FAILURE))
    hold.unlink()
    world.tick()
    assert world.last_run().run_id != first
    wait_for(lambda: world.is_last(dg.DagsterRunStatus.SUCCESS))

    world.server.stop()
    with pytest.raises(Exception, match=r"(?i)connect"):
        world.last_run()
    world.server.start()
    world.tick()
    wait_for(lambda: world.is_last(dg.DagsterRunStatus.SUCCESS))
    assert world.daemon.poll() is None

    with psycopg2.connect(world.server.get_uri()) as connection:
        cursor = connection.cursor()
        cursor.execute("select count(*), count(distinct status) from runs")
        assert cursor.fetchone() == (3, 2)
