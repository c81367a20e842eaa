"""A failed run, or one whose checks failed, becomes a message to the operator.

The sensor looks for runs that nobody was notified of; the job that does needs the
warehouse and therefore is `assets/failures.py`. A notice that fails is
no failure to notify of: it would never end.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from cost_pipeline.automation.lost_runs import host_tag
from cost_pipeline.automation.requests import ERRORS_ONLY, Answer, busy

NOTICES = "failure_notices"
NOTIFY = "notify_failures"
NOTIFIED = "cost_pipeline/notified"
# Older failures have been seen or overtaken.
RUNS_SINCE = timedelta(days=7)
# What a check says of a table is said again by the next run, within the hour.
CHECKS_SINCE = timedelta(days=1)
MOST = 50


def unnotified(instance: dg.DagsterInstance) -> list[str]:
    """Failed runs of the last days without a notice, the oldest first."""
    return _waiting(instance, dg.DagsterRunStatus.FAILURE, RUNS_SINCE)


def doubtful(instance: dg.DagsterInstance) -> list[str]:
    """Runs that succeeded although checks failed, and that nobody was notified of.

    A run without any is marked, because reading its events again every minute would
    cost more than the run.
    """
    found = []
    for run_id in _waiting(instance, dg.DagsterRunStatus.SUCCESS, CHECKS_SINCE):
        if failed_checks(instance, run_id):
            found.append(run_id)
        else:
            instance.add_run_tags(run_id, {NOTIFIED: "nothing to say"})
    return found


def failed_checks(
    instance: dg.DagsterInstance, run_id: str
) -> list[dg.AssetCheckEvaluation]:
    """Checks of a run that failed as errors; warnings are for the UI alone."""
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    entries = instance.all_logs(run_id, of_type=kind)
    events = [entry.dagster_event for entry in entries if entry.dagster_event]
    found = [event.asset_check_evaluation_data for event in events]
    error = dg.AssetCheckSeverity.ERROR
    return [check for check in found if not check.passed and check.severity == error]


def _waiting(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus, within: timedelta
) -> list[str]:
    since = datetime.now(UTC) - within
    runs = instance.get_runs(dg.RunsFilter(statuses=[status], updated_after=since))
    waiting = [r for r in runs if r.job_name != NOTICES and NOTIFIED not in r.tags]
    return [run.run_id for run in reversed(waiting)][:MOST]


def failed_runs(status: dg.DefaultSensorStatus) -> dg.SensorDefinition:
    """Build the sensor of failed runs."""

    @dg.sensor(
        name="failed_runs",
        job_name=NOTICES,
        minimum_interval_seconds=60,
        default_status=status,
        description="Tells the operator of failed runs and checks, by the outbox.",
    )
    def tick(context: dg.SensorEvaluationContext) -> Answer:
        is_busy = busy(context.instance, NOTICES)
        if is_busy:
            return is_busy
        found = [*unnotified(context.instance), *doubtful(context.instance)]
        if not found:
            return dg.SkipReason("Nothing has failed that nobody was notified of.")
        config = {**ERRORS_ONLY, "ops": {NOTIFY: {"config": {"run_ids": found}}}}
        return dg.RunRequest(run_config=config, tags=host_tag())

    return tick
