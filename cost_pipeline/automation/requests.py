"""What a tick asks before it launches anything.

Which facts are missing is answered by a resource that reads data; here an answer
becomes one run request, or a reason that a person can read.
"""

from datetime import date
from typing import Protocol

import dagster as dg

from cost_pipeline.automation.lost_runs import UNFINISHED, host_tag, settle_lost_runs

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"

# Every event is in the UI; the daemon's own log is for what went wrong.
ERRORS_ONLY = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}

Answer = dg.RunRequest | dg.SkipReason


class Backlog(Protocol):
    """What is missing or has changed, read from data that no writer locks."""

    def invoices(self) -> list[str]: ...

    def days(self) -> tuple[date, date] | None: ...

    def has_new_activities(self) -> bool: ...

    def messages(self) -> int: ...


def busy(instance: dg.DagsterInstance, job_name: str) -> dg.SkipReason | None:
    """A run that is queued or under way will see what this tick has seen."""
    settle_lost_runs(instance)
    waiting = dg.RunsFilter(job_name=job_name, statuses=UNFINISHED)
    runs = instance.get_runs(waiting, limit=1)
    if not runs:
        return None
    return dg.SkipReason(
        f"{job_name} is {runs[0].status.value.lower()} already: {runs[0].run_id[:8]}"
    )


def one_run(**tags: str) -> dg.RunRequest:
    """One run. No run key: a failed run would spend it, and the next tick could not
    try again."""
    return dg.RunRequest(run_config=ERRORS_ONLY, tags={**host_tag(), **tags})


def over(first: str, last: str) -> dg.RunRequest:
    """One run over a range of partitions, however many there are."""
    return one_run(**{RANGE_START: first, RANGE_END: last})


def days_due(due: Backlog) -> Answer:
    """Every day that is over and not metered, or metered from other facts."""
    window = due.days()
    if window is None:
        return dg.SkipReason("Every day that is over is metered.")
    return over(window[0].isoformat(), window[1].isoformat())


def messages_due(due: Backlog) -> Answer:
    """Messages that nobody has taken yet and whose wait is over."""
    if not due.messages():
        return dg.SkipReason("No message waits to be delivered.")
    return one_run()


def always(due: Backlog) -> Answer:
    """The world may have changed since the last sync, so every tick asks."""
    del due
    return one_run()
