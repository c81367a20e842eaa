"""Telling an operator of failed runs: a job of one step, launched by its sensor."""

import dagster as dg

from cost_pipeline.assets.groups import WAREHOUSE_POOL
from cost_pipeline.automation.failures import NOTICES, TELL, TOLD
from cost_pipeline.resources import Warehouse
from cost_pipeline.warehouse.outbox import queue_notice

KIND = "run_failed"
FAILURES = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}


class FailedRuns(dg.Config):
    """Which runs to tell of."""

    run_ids: list[str]


@dg.op(name=TELL, pool=WAREHOUSE_POOL, description="Queue one notice for each run.")
def tell_failures(
    context: dg.OpExecutionContext, config: FailedRuns, warehouse: Warehouse
) -> int:
    """The outbox knows a notice by its run, so telling again changes nothing."""
    queued = 0
    for run_id in config.run_ids:
        run = context.instance.get_run_by_id(run_id)
        if run is None:
            continue
        written = queue_notice(
            warehouse.connection,
            warehouse.segments,
            message_id=f"run-failed-{run_id}",
            kind=KIND,
            subject=f"Run failed: {run.job_name}",
            text=f"Run {run_id} failed. {reason(context.instance, run_id)}",
        )
        queued += written.new
        context.instance.add_run_tags(run_id, {TOLD: "yes"})
    return queued


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
    tell_failures()


jobs = [failure_notices]
