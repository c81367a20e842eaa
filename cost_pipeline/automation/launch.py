"""Running a job in this process as the UI knows it: recorded, on the timeline.

`execute_in_process` leaves a run without the origin of its code location, and the
UI's timeline skips such runs. Creating the run with its origin is an internal API of
Dagster, so it stands in this one function.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator
from dagster._core.instance.ref import InstanceRef
from dagster._core.origin import (
    DEFAULT_DAGSTER_ENTRY_POINT,
    JobPythonOrigin,
    RepositoryPythonOrigin,
)
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

from cost_pipeline.automation.lost_runs import process_tags

MODULE = "cost_pipeline.definitions"
LOCATION = "cost_pipeline"
REPOSITORY = "__repository__"
CHECK_FAILED = "DagsterAssetCheckFailedError"
INTERRUPTIONS = ("DagsterExecutionInterruptedError", "KeyboardInterrupt")
INTERRUPTED_QUERY = "Query interrupted"


@dataclass
class JobOutcome:
    """What a run did: steps that failed, and checks that did."""

    job: str
    run_id: str = ""
    is_success: bool = False
    failures: list[str] = field(default_factory=list)
    failed_checks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    materialized: int = 0
    # Somebody pressed Ctrl-C, or the machine goes down: what would follow must not.
    is_interrupted: bool = False

    @property
    def said(self) -> list[str]:
        """Every line about a table, good or bad."""
        return [*self.failed_checks, *self.warnings]

    @property
    def problems(self) -> list[str]:
        return [*self.failures, *self.failed_checks]


# Every event is in the UI; on the screen it would drown the progress and the failures.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

KEPT_STORAGE = {
    "module": "cost_pipeline.automation.storage",
    "class": "KeptSqliteEventLogStorage",
}


def open_instance(home: Path, *, is_sqlite: bool) -> dg.DagsterInstance:
    """The instance in a home; SQLite is written through connections that are kept."""
    if not is_sqlite:
        return dg.DagsterInstance.get()
    folder = {"base_dir": str(home / "history" / "runs")}
    overrides = {"event_log_storage": {**KEPT_STORAGE, "config": folder}}
    return dg.DagsterInstance.from_ref(
        InstanceRef.from_dir(str(home), overrides=overrides)
    )


Listen = Callable[[dg.DagsterEvent], None]


def launch(
    repository: dg.RepositoryDefinition,
    instance: dg.DagsterInstance,
    job_name: str,
    tags: Mapping[str, str],
    *,
    selection: Sequence[dg.AssetKey] | None = None,
    listen: Listen | None = None,
) -> JobOutcome:
    """Run a named job here and now and return what came of it."""
    job = repository.get_job(job_name)
    chosen = frozenset(selection) if selection is not None else None
    if chosen is not None:
        job = job.get_subset(asset_selection=chosen)
    run = instance.create_run_for_job(
        job_def=job,
        tags={**process_tags(), **tags},
        run_config=QUIET,
        asset_selection=chosen,
        remote_job_origin=_remote_origin(job_name),
        job_code_origin=_code_origin(job_name),
    )
    outcome = JobOutcome(job_name, run.run_id)
    for event in _events(job, run, instance):
        _note(outcome, event)
        if listen is not None:
            listen(event)
    finished = instance.get_run_by_id(run.run_id)
    outcome.is_success = finished is not None and finished.is_success
    return outcome


def _events(
    job: dg.JobDefinition, run: dg.DagsterRun, instance: dg.DagsterInstance
) -> Iterator[dg.DagsterEvent]:
    yield from execute_run_iterator(InMemoryJob(job), run, instance)


def _note(outcome: JobOutcome, event: dg.DagsterEvent) -> None:
    if event.is_step_failure:
        error = event.step_failure_data.error
        outcome.is_interrupted |= _is_interruption(error)
        # What a blocking check found has its own line already, which says more.
        if error is None or error.cls_name != CHECK_FAILED:
            outcome.failures.append(f"{event.step_key}: {_reason(error)}")
    elif event.event_type == dg.DagsterEventType.RUN_FAILURE:
        outcome.is_interrupted |= _is_interruption(event.job_failure_data.error)
    elif event.event_type == dg.DagsterEventType.RESOURCE_INIT_FAILURE:
        # No step ran at all: a setting is wrong, or something is not where it says.
        cause = _reason(event.engine_event_data.error)
        outcome.failures.append(f"{outcome.job}: {cause}")
    elif event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
        outcome.materialized += 1
    elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        evaluation = event.asset_check_evaluation_data
        if evaluation.passed:
            return
        name = f"{'.'.join(evaluation.asset_key.path)} ({evaluation.check_name})"
        text = f"{name}: {evaluation.description or 'failed'}"
        is_error = evaluation.severity == dg.AssetCheckSeverity.ERROR
        (outcome.failed_checks if is_error else outcome.warnings).append(text)


def _is_interruption(error: SerializableErrorInfo | None) -> bool:
    """Whether a signal ended it; DuckDB says so in words of its own."""
    while error is not None:
        if error.cls_name in INTERRUPTIONS or INTERRUPTED_QUERY in error.message:
            return True
        error = error.cause
    return False


def _reason(error: SerializableErrorInfo | None) -> str:
    """The first line of the deepest cause: that is what a person can act on."""
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return "failed"
    lines = error.message.strip().splitlines() or ["failed"]
    # Our own errors are sentences; where their class lives tells a person nothing.
    return re.sub(r"^cost_pipeline\.[\w.]+: ", "", lines[0].strip())


def _remote_origin(job_name: str) -> RemoteJobOrigin:
    location = ManagedGrpcPythonEnvCodeLocationOrigin(
        loadable_target_origin=LoadableTargetOrigin(module_name=MODULE),
        location_name=LOCATION,
    )
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, REPOSITORY), job_name)


def _code_origin(job_name: str) -> JobPythonOrigin:
    repository = RepositoryPythonOrigin(
        executable_path="python",
        code_pointer=ModuleCodePointer(MODULE, "defs"),
        entry_point=DEFAULT_DAGSTER_ENTRY_POINT,
    )
    return JobPythonOrigin(job_name=job_name, repository_origin=repository)
