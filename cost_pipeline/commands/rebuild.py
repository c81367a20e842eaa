"""`rebuild`: the warehouse anew from landing and ledger, without any network."""

from datetime import UTC, datetime

from rich.console import Console

from cost_pipeline.commands.run import Pipeline, Report, throw_away_warehouse
from cost_pipeline.settings import Settings
from cost_pipeline.storage.landing import Landing


class NothingLanded(Exception):
    """There is nothing to rebuild from."""


def rebuild_warehouse(
    settings: Settings, console: Console, as_of: datetime | None
) -> Report:
    """Throw the warehouse away and derive it again, as of the last run's `now`."""
    now = as_of or settings.now or last_sync(settings)
    throw_away_warehouse(settings)
    _restore_ledger(settings, now)
    pipeline = Pipeline(settings, console, as_of=now)
    return pipeline.run(skip_landing=True)


def last_sync(settings: Settings) -> datetime:
    """The newest receipt is the `now` of the last run that asked anybody."""
    landing = Landing(settings.landing_path)
    kinds = {path.parent.name for path in landing.receipt_files()}
    times = [r.received_at for kind in kinds for r in landing.receipts(kind)]
    if not times:
        raise NothingLanded(f"{settings.landing_path} holds nothing to rebuild from")
    return datetime.fromisoformat(max(times)).astimezone(UTC)


def _restore_ledger(settings: Settings, now: datetime) -> None:
    """A ledger that is gone comes back from its segments; one that is there stays."""
    from cost_pipeline.resources import opened_warehouse, run_clock
    from cost_pipeline.storage.ledger import restore

    clock = run_clock(settings.model_copy(update={"now": now}))
    with opened_warehouse(settings, clock) as connection:
        restore(connection, settings.segments_path)
