"""A day passes under Dagster's own webserver and daemon, with the demo account.

Processes, sockets and runs are real. Only the hours are not waited for: the clock of
the runs stands a day after the demo's, and schedules are ticked for the day to come.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import httpx
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.daemon import SchedulerDaemon

from cost_pipeline.automation.lost_runs import UNFINISHED
from cost_pipeline.commands.demo import ENVIRONMENT
from cost_pipeline.commands.history import PROJECT
from cost_pipeline.models.digest import digests
from cost_pipeline.providers.demo import DEMO_NOW
from cost_pipeline_tests.conftest import surroundings
from cost_pipeline_tests.waiting import free_port, wait_for

WORKSPACE = str(PROJECT / "workspace.yaml")
NEXT_DAY = DEMO_NOW + timedelta(days=1)
SENSORS = ("new_provider_invoice", "new_activity", "unmetered_days", "failed_runs")
START = "mutation($s:{kind}Selector!){{start{kind}({name}:$s){{__typename}}}}"


@dataclass
class Day:
    """A home a day after its last run, and what runs there."""

    home: Path
    url: str
    workspace: WorkspaceProcessContext

    @property
    def instance(self) -> dg.DagsterInstance:
        return self.workspace.instance

    def start(self, kind: str, name: str) -> None:
        """Switch a schedule or a sensor on, as the UI does."""
        selector = {
            "repositoryLocationName": "cost_pipeline",
            "repositoryName": "__repository__",
            f"{kind.lower()}Name": name,
        }
        argument = f"{kind.lower()}Selector"
        body = {
            "query": START.format(kind=kind, name=argument),
            "variables": {"s": selector},
        }
        found = httpx.post(f"{self.url}/graphql", json=body, timeout=30).json()
        assert found["data"][f"start{kind}"]["__typename"].endswith(
            ("StateResult", "Sensor")
        ), found

    def tick(self) -> None:
        """What the daemon does, once a day has passed."""
        # Its module can be imported only after the daemon's.
        from dagster._scheduler.scheduler import launch_scheduled_runs

        log = logging.getLogger(SchedulerDaemon.__name__)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        list(launch_scheduled_runs(self.workspace, log, tomorrow, {}))

    def runs(self, job_name: str) -> list[dg.RunRecord]:
        """Runs of a job that a tick has launched; the demo's own have no such tag."""
        found = self.instance.get_run_records(dg.RunsFilter(job_name=job_name))
        wanted = {"dagster/schedule_name", "dagster/sensor_name"}
        return [r for r in found if wanted & r.dagster_run.tags.keys()]

    def has_ended(self, *job_names: str) -> bool:
        """Whether each job was launched and nothing is under way any more."""
        if self.instance.get_runs(dg.RunsFilter(statuses=UNFINISHED), limit=1):
            return False
        return all(map(self.runs, job_names))

    def read(self, query: str) -> list[tuple[Any, ...]]:
        path = self.home / "data" / "published" / "cost.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def digests(self) -> dict[str, str]:
        path = self.home / "data" / "published" / "cost.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return digests(connection)


@pytest.fixture
def day(
    demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Day]:
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    now = {"COST_PIPELINE_NOW": NEXT_DAY.isoformat()}
    for name, value in {**ENVIRONMENT, **surroundings(home), **now}.items():
        monkeypatch.setenv(name, value)
    port = free_port()
    scripts = Path(sys.executable).parent
    commands: list[list[str | Path]] = [
        [scripts / "dagster-daemon", "run", "-w", WORKSPACE, "--log-level", "error"],
        [scripts / "dagster-webserver", "-w", WORKSPACE, "-p", str(port)],
    ]
    with ExitStack() as stack:
        for command in commands:
            process = subprocess.Popen(command, cwd=home, start_new_session=True)
            stack.callback(end, process)
        instance = stack.enter_context(dg.DagsterInstance.get())
        target = WorkspaceFileTarget([WORKSPACE])
        workspace = stack.enter_context(WorkspaceProcessContext(instance, target))
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: is_loaded(url))
        yield Day(home, url, workspace)


def is_loaded(url: str) -> bool:
    query = "{repositoriesOrError{... on RepositoryConnection{nodes{name}}}}"
    with suppress(httpx.TransportError):
        found = httpx.post(f"{url}/graphql", json={"query": query}, timeout=30).json()
        return bool(found["data"]["repositoriesOrError"]["nodes"])
    return False


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


@pytest.mark.slow
def test_a_day_passes_and_is_published_once_however_many_daemons_tick(day: Day) -> None:
    yesterday = DEMO_NOW.date() - timedelta(days=1)
    assert last_day(day) == yesterday
    for name in ("inventory_sync_schedule", "metering_schedule"):
        day.start("Schedule", name)
    for name in SENSORS:
        day.start("Sensor", name)
    day.tick()
    wait_for(lambda: day.has_ended("inventory_sync", "metering"))

    # Two daemons tick in the same instant: a second run, if any, changes nothing.
    day.start("Schedule", "books_schedule")
    with ThreadPoolExecutor(2) as daemons:
        list(daemons.map(lambda _: day.tick(), range(2)))
    wait_for(lambda: any(r.dagster_run.is_finished for r in day.runs("books")))
    first = day.digests()
    assert last_day(day) == DEMO_NOW.date()
    wait_for(lambda: day.has_ended("books"))
    assert day.digests() == first

    for job_name in ("inventory_sync", "metering", "books"):
        records = sorted(day.runs(job_name), key=lambda r: r.start_time or 0)
        assert {r.dagster_run.status for r in records} == {dg.DagsterRunStatus.SUCCESS}
        for before, after in pairwise(records):
            assert (before.end_time or 0) <= (after.start_time or 0)


def last_day(day: Day) -> date:
    found: date = day.read("select max(day) from marts.usage_daily")[0][0]
    return found
