"""Notices of failed runs to the operator: a job of one step, launched by its sensor."""

from dataclasses import dataclass
from hashlib import sha256

import dagster as dg

from cost_pipeline.assets.groups import WAREHOUSE_POOL
from cost_pipeline.automation.failures import NOTICES, NOTIFIED, NOTIFY, failed_checks
from cost_pipeline.books.outbox import queue_notice
from cost_pipeline.resources import Warehouse

FAILURES = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}


@dataclass(frozen=True)
class Notice:
    """What is said of a run, under the name that says it once."""

    message_id: str
    kind: str
    subject: str
    text: str


class FailedRuns(dg.Config):
    """Which runs to tell of."""

    run_ids: list[str]


@dg.op(name=NOTIFY, pool=WAREHOUSE_POOL, description="Queue one notice for each run.")
def notify_failures(
    context: dg.OpExecutionContext, config: FailedRuns, warehouse: Warehouse
) -> int:
    """The outbox knows a notice by its name, so queueing it again changes nothing."""
    queued = 0
    for run_id in config.run_ids:
        record = context.instance.get_run_record_by_id(run_id)
        if record is None:
            continue
        written = queue_notice(
            warehouse.connection,
            warehouse.segments,
            **vars(notice_of(context.instance, record)),
        )
        queued += written.new
        context.instance.add_run_tags(run_id, {NOTIFIED: "yes"})
    return queued


def notice_of(instance: dg.DagsterInstance, record: dg.RunRecord) -> Notice:
    """What there is to say of a run: why it failed, or which of its checks did."""
    run = record.dagster_run
    if not run.is_success:
        return Notice(
            f"run-failed-{run.run_id}",
            "run_failed",
            f"Run failed: {run.job_name}",
            f"Run {run.run_id} failed. {reason(instance, run.run_id)}",
        )
    said = {
        f"{'.'.join(check.asset_key.path)} ({check.check_name})": check.description
        for check in failed_checks(instance, run.run_id)
    }
    # The same checks fail in every run until somebody acts; once a day is enough.
    names = sha256("|".join(sorted(said)).encode()).hexdigest()[:12]
    lines = [f"{name}: {text or 'failed'}" for name, text in sorted(said.items())]
    return Notice(
        f"checks-failed-{record.create_timestamp.date()}-{names}",
        "data_quality",
        f"{len(said)} checks failed: {run.job_name}",
        f"Run {run.run_id} succeeded, but checks failed. {'; '.join(lines)}",
    )


def reason(instance: dg.DagsterInstance, run_id: str) -> str:
    """What went wrong first, in one short line."""
    for entry in instance.all_logs(run_id, of_type=FAILURES):
        event = entry.dagster_event
        if event is None:
            continue
        text = event.message or ""
        if event.is_step_failure and event.step_failure_data.error is not None:
            error = event.step_failure_data.error
            while error.cause is not None:
                error = error.cause
            text = f"{event.step_key}: {error.message}"
        return " ".join(text.split())[:500]
    return "Its log names no reason."


@dg.job(
    name=NOTICES,
    description="Tell the operator of failed runs, once each.",
    executor_def=dg.in_process_executor,
)
def failure_notices() -> None:
    notify_failures()


jobs = [failure_notices]
