"""Sensors: for what has no hour. They compare what is known with what is done.

No cursor and no run key: a run that failed leaves the difference as it was, and the
next tick sees it again.
"""

from collections.abc import Callable

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from cost_pipeline.automation import jobs
from cost_pipeline.automation.failures import failed_runs
from cost_pipeline.automation.partitions import INVOICES
from cost_pipeline.automation.requests import (
    Answer,
    Backlog,
    always,
    busy,
    days_due,
    one_run,
    over,
)

MINUTE_S = 60
Ask = Callable[[dg.SensorEvaluationContext, Backlog], Answer]


def sensor(
    name: str,
    job: UnresolvedAssetJobDefinition,
    every_s: int,
    why: str,
    ask: Ask,
    status: dg.DefaultSensorStatus,
) -> dg.SensorDefinition:
    """Build a sensor that asks for one run of one job."""

    @dg.sensor(
        name=name,
        job=job,
        minimum_interval_seconds=every_s,
        description=why,
        default_status=status,
    )
    def tick(
        context: dg.SensorEvaluationContext, due: dg.ResourceParam[Backlog]
    ) -> Answer:
        return busy(context.instance, job.name) or ask(context, due)

    return tick


def invoices_due(context: dg.SensorEvaluationContext, due: Backlog) -> Answer:
    """Every invoice in the index without an accepted file, in one run."""
    keys = due.invoices()
    if not keys:
        return dg.SkipReason("Every invoice in the index is here and accepted.")
    name = str(INVOICES.name)
    context.instance.add_dynamic_partitions(name, keys)
    # A range follows the order in which keys were added.
    order = context.instance.get_dynamic_partitions(name)
    span = sorted(keys, key=order.index)
    return over(span[0], span[-1])


def activities_due(context: dg.SensorEvaluationContext, due: Backlog) -> Answer:
    """A line in the platform's activity log that was not landed yet."""
    del context
    if not due.has_new_activities():
        return dg.SkipReason("The activity log says nothing that was not landed.")
    return one_run()


def sensors(
    *, spend_alert_interval_s: int, is_running: bool
) -> list[dg.SensorDefinition]:
    """All sensors; the interval of spend alerts is a setting."""
    status = dg.DefaultSensorStatus
    chosen = status.RUNNING if is_running else status.STOPPED
    lines: list[tuple[str, UnresolvedAssetJobDefinition, int, str, Ask]] = [
        (
            "new_provider_invoice",
            jobs.provider_invoices,
            5 * MINUTE_S,
            "Fetches what the index names and we do not have.",
            invoices_due,
        ),
        (
            "new_activity",
            jobs.subscriptions,
            5 * MINUTE_S,
            "Bills a change of plan soon after it happened, not within the hour.",
            activities_due,
        ),
        (
            "unmetered_days",
            jobs.metering,
            60 * MINUTE_S,
            "Tries again within the hour when the nightly metering failed.",
            lambda _, due: days_due(due),
        ),
        (
            "spend_alerts_interval",
            jobs.spend_alerts,
            spend_alert_interval_s,
            "Every SPEND_ALERT_INTERVAL_SECS.",
            lambda _, due: always(due),
        ),
    ]
    return [*(sensor(*line, chosen) for line in lines), failed_runs(chosen)]
