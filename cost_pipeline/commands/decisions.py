"""Operator decisions from the command line: one ledger row, or a reason why not."""

from rich.console import Console

from cost_pipeline.commands.queries import ask
from cost_pipeline.settings import Settings, WrongUsage


class NoSuchDrift(Exception):
    """There is no open drift of that id in what was published."""


def take(settings: Settings, console: Console, name: str, **given: str | None) -> None:
    """Take a decision on the warehouse as the last run left it."""
    from cost_pipeline.books.decisions import DECISIONS
    from cost_pipeline.resources import opened_warehouse, run_clock

    operation = DECISIONS[name]
    # An empty text is a value, and not the same as nothing.
    defaults = {p.name: p.default for p in operation.parameters}
    stated = {**defaults, **{k: v for k, v in given.items() if v is not None}}
    for parameter in operation.parameters:
        if parameter.is_required and not (stated[parameter.name] or "").strip():
            raise WrongUsage(f"{parameter.name} is empty: {parameter.help}")
    with opened_warehouse(settings, run_clock(settings)) as connection:
        decided = operation.decide(connection, settings.segments_path, **stated)
    console.print(f"{decided.decision}: {decided.subject_id}", markup=False)
    console.print("It shows from the next run on.")


def shown_value(settings: Settings, drift_id: str) -> str | None:
    """The live value the published inbox shows: what was seen is what is accepted."""
    query = "select drift_id, actual from marts.open_drift"
    for found, actual in ask(settings.published_path, query)[1]:
        if found == drift_id:
            return None if actual is None else str(actual)
    raise NoSuchDrift(f"no open drift {drift_id} is published")
