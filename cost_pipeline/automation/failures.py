"""A failed run becomes a message to the operator, once.

The sensor looks for failed runs that nobody was told of; the job that tells needs the
warehouse and therefore is `assets/failures.py`. A failure to tell is not told: it
would never end.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from cost_pipeline.automation.asking import ERRORS_ONLY, Answer, busy
from cost_pipeline.automation.losing import host_tag

NOTICES = "failure_notices"
TELL = "tell_failures"
TOLD = "cost_pipeline/told"
# Older failures have been seen or overtaken.
LOOK_BACK = timedelta(days=7)
MOST = 50


def untold(instance: dg.DagsterInstance) -> list[str]:
    """Failed runs of the last days without a notice, the oldest first."""
    since = datetime.now(UTC) - LOOK_BACK
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
    runs = instance.get_runs(failed)
    waiting = [r for r in runs if r.job_name != NOTICES and TOLD not in r.tags]
    return [run.run_id for run in reversed(waiting)][:MOST]


def failed_runs(status: dg.DefaultSensorStatus) -> dg.SensorDefinition:
    """Build the sensor of failed runs."""

    @dg.sensor(
        name="failed_runs",
        job_name=NOTICES,
        minimum_interval_seconds=60,
        default_status=status,
        description="Tells the operator of each failed run once, by the outbox.",
    )
    def tick(context: dg.SensorEvaluationContext) -> Answer:
        is_busy = busy(context.instance, NOTICES)
        if is_busy:
            return is_busy
        found = untold(context.instance)
        if not found:
            return dg.SkipReason("No run has failed that nobody was told of.")
        config = {**ERRORS_ONLY, "ops": {TELL: {"config": {"run_ids": found}}}}
        return dg.RunRequest(run_config=config, tags=host_tag())

    return tick
