"""`health`: settings, reachability, ages of inputs, open problems: one screen.

It reads the landing, the published file and Dagster's event log, and locks nothing.
"""

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

from cost_pipeline.commands.queries import ask
from cost_pipeline.settings import Settings
from cost_pipeline.storage.landing import Landing

# What waits for somebody, as counts over the published tables.
WAITING = {
    "messages waiting": "select count(*) from marts.data_quality "
    "where finding in ('message_not_delivered', 'message_only_shown')",
    "rows set aside": "select count(*) from marts.quarantine",
    "open drift": "select count(*) from marts.open_drift",
    "invoices refused": "select count(*) from marts.provider_invoices "
    "where verdict = 'refused'",
}
BAD = ("invoices refused",)


@dataclass(frozen=True)
class HealthLine:
    """One line of the health screen."""

    subject: str
    state: str
    is_bad: bool = False


def health(settings: Settings) -> list[HealthLine]:
    """Settings, reachability, ages of inputs, open problems, waiting messages."""
    return [
        *_settings(settings),
        *_reachability(settings),
        *_ages(settings),
        *_published(settings),
        *_open_checks(settings),
    ]


def _settings(settings: Settings) -> list[HealthLine]:
    issue = settings.issue_from.isoformat() if settings.issue_from else "drafts only"
    mail = "configured" if settings.smtp_url else "dry run: nothing is sent"
    return [
        HealthLine("home", str(settings.home)),
        HealthLine("provider", settings.provider_name),
        HealthLine("issue from", issue),
        HealthLine("mail", mail),
        HealthLine("report currency", settings.report_currency),
    ]


def _reachability(settings: Settings) -> list[HealthLine]:
    from cost_pipeline.contracts.registry import source_tables
    from cost_pipeline.providers.base import ProviderError
    from cost_pipeline.resources import provider_of, run_clock, sources_of
    from cost_pipeline.sources.base import SourceUnreachable

    found = []
    provider = provider_of(settings, run_clock(settings).now)
    try:
        provider.balance()
        found.append(HealthLine("provider answers", "yes"))
    except ProviderError as error:
        found.append(HealthLine("provider answers", str(error), is_bad=True))
    finally:
        provider.close()
    try:
        names = [contract.name for contract in source_tables()]
        tables = sources_of(settings).fetch(names)
        found.append(
            HealthLine("platform tables", f"{len(tables)} of {len(names)} given")
        )
    except SourceUnreachable as error:
        found.append(HealthLine("platform tables", str(error), is_bad=True))
    return found


def _ages(settings: Settings) -> list[HealthLine]:
    """The age of each input, from its last complete receipt."""
    from cost_pipeline.resources import run_clock

    landing = Landing(settings.landing_path)
    now = run_clock(settings).now
    found = []
    for folder in sorted({path.parent.name for path in landing.receipt_files()}):
        last = None
        problem = None
        for receipt in landing.receipts(folder):
            last = receipt.received_at if receipt.is_complete else last
            problem = receipt.problem
        if last is None:
            found.append(HealthLine(folder, f"never complete: {problem}", is_bad=True))
            continue
        age = now - datetime.fromisoformat(last).astimezone(UTC)
        hours = max(0, int(age.total_seconds() // 3600))
        text = f"{hours} h old" + (f"; last sync failed: {problem}" if problem else "")
        found.append(HealthLine(folder, text, is_bad=problem is not None))
    return found


def _published(settings: Settings) -> list[HealthLine]:
    """Whether there is something to read, and what in it waits for somebody."""
    path = settings.published_path
    if not path.exists():
        return [HealthLine("published file", "not there yet", is_bad=True)]
    tables = ask(path, "select count(*) from duckdb_tables()")[1][0][0]
    found = [HealthLine("published file", f"{tables} tables")]
    for name, query in WAITING.items():
        count = ask(path, query)[1][0][0]
        found.append(HealthLine(name, str(count), is_bad=name in BAD and count > 0))
    return found


def _open_checks(settings: Settings) -> list[HealthLine]:
    """The checks whose last evaluation failed, as Dagster remembers them."""
    from cost_pipeline.commands.history import HistoryNotWritten, open_history

    warnings.simplefilter("ignore")
    import dagster as dg

    from cost_pipeline.definitions import defs

    evaluation = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    keys = list(defs.get_repository_def().asset_graph.asset_check_keys)
    try:
        with open_history(settings) as instance:
            storage = instance.event_log_storage
            latest = storage.get_latest_asset_check_execution_by_key(keys)
    except HistoryNotWritten as error:
        return [HealthLine("open checks", str(error), is_bad=True)]
    found = []
    for key, record in latest.items():
        event = record.event.dagster_event if record.event else None
        if event is None or event.event_type != evaluation:
            continue
        checked = event.asset_check_evaluation_data
        if checked.passed:
            continue
        is_error = checked.severity == dg.AssetCheckSeverity.ERROR
        name = ".".join(key.asset_key.path)
        text = f"{name} ({key.name}): {checked.description or 'failed'}"
        found.append(HealthLine("open check", text, is_bad=is_error))
    return found or [HealthLine("open checks", "none")]
