"""Runs whose process is gone and that nobody reported: a power cut, a kill -9.

A killed worker is reported by its code server. When the code server is gone too, the
run would count as under way until its time limit, and hold its place in the pool; here
a tick notices. Only runs of this machine are judged, by what can be asked locally.
"""

import json
import os
import socket
from contextlib import suppress

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.tags import GRPC_INFO_TAG

HOST = "cost_pipeline/host"
PID = "cost_pipeline/pid"
UNFINISHED = list(NOT_FINISHED_STATUSES)
ANSWER_WITHIN_S = 1.0


def host_tag() -> dict[str, str]:
    """Where a run is launched: the code server that runs it is on the same machine."""
    return {HOST: socket.gethostname()}


def process_tags() -> dict[str, str]:
    """For runs that are executed in this very process, without a code server."""
    return {**host_tag(), PID: str(os.getpid())}


def settle_lost_runs(instance: dg.DagsterInstance) -> list[str]:
    """Report runs without a process as failed; returns their ids."""
    unfinished = dg.RunsFilter(statuses=UNFINISHED, tags=host_tag())
    lost = [run for run in instance.get_runs(unfinished, limit=100) if is_lost(run)]
    for run in lost:
        instance.report_run_failed(run, "Its process is gone; a tick repeats it.")
    return [run.run_id for run in lost]


def is_lost(run: dg.DagsterRun) -> bool:
    """Whether the process that a run says it has does not exist any more."""
    if PID in run.tags:
        return not is_process(int(run.tags[PID]))
    server = json.loads(run.tags.get(GRPC_INFO_TAG, "{}"))
    return "socket" in server and not answers(server["socket"])


def is_process(pid: int) -> bool:
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True


def answers(path: str) -> bool:
    """Whether a code server still listens; a file that nobody holds refuses."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWER_WITHIN_S)
        try:
            client.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True
    return True
