"""The crontab of the pipeline. Times are UTC and staggered; each says why then.

A schedule only wakes us up: what is due is asked of the data (`requests.py`), so a tick
that was missed loses nothing and a tick that comes twice does nothing twice.
"""

from collections.abc import Callable

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from cost_pipeline.automation import jobs
from cost_pipeline.automation.requests import (
    Answer,
    Backlog,
    always,
    busy,
    days_due,
    messages_due,
)

CRONTAB: list[
    tuple[UnresolvedAssetJobDefinition, str, Callable[[Backlog], Answer], str]
] = [
    (
        jobs.inventory_sync,
        "*/15 * * * *",
        always,
        "Often enough that a machine living for an hour is seen four times.",
    ),
    (
        jobs.inventory_slow,
        "33 * * * *",
        always,
        "Snapshots and backups in one run: both are slow, and neither waits for the "
        "other.",
    ),
    (
        jobs.drift_detection,
        "20 * * * *",
        always,
        "Five minutes after the :15 inventory, to compare with fresh listings.",
    ),
    (
        jobs.balance_sync,
        "7 * * * *",
        always,
        "The provider computes it about hourly, and seldom on the hour.",
    ),
    (
        jobs.billing_history,
        "23 2 * * *",
        always,
        "Invoices appear once a month, early; a day late is early enough.",
    ),
    (
        jobs.metering,
        "10 1 * * *",
        days_due,
        "The day that ended, after the last listing of it was read at 00:00.",
    ),
    (
        jobs.tenant_invoicing,
        "0 3 1 * *",
        always,
        "Bills the month that ended, after its last day was metered at 01:10.",
    ),
    (
        jobs.subscriptions,
        "37 * * * *",
        always,
        "Renewals fall due at any hour; new activity is noticed by its own sensor.",
    ),
    (
        jobs.message_delivery,
        "*/5 * * * *",
        messages_due,
        "A server that was down is tried again soon, within each message's own wait.",
    ),
    (
        jobs.books,
        "50 * * * *",
        always,
        "After the hour's syncs: margins and findings, and the file analysts open.",
    ),
]


def schedule(
    job: UnresolvedAssetJobDefinition,
    cron: str,
    ask: Callable[[Backlog], Answer],
    why: str,
    status: dg.DefaultScheduleStatus,
) -> dg.ScheduleDefinition:
    """Build the schedule of one line of the crontab."""

    @dg.schedule(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=cron,
        execution_timezone="UTC",
        description=why,
        default_status=status,
    )
    def tick(
        context: dg.ScheduleEvaluationContext, due: dg.ResourceParam[Backlog]
    ) -> Answer:
        return busy(context.instance, job.name) or ask(due)

    return tick


def schedules(*, is_running: bool) -> list[dg.ScheduleDefinition]:
    """All schedules; whether they run before anybody turned them on is given."""
    status = dg.DefaultScheduleStatus
    chosen = status.RUNNING if is_running else status.STOPPED
    return [schedule(*line, chosen) for line in CRONTAB]
