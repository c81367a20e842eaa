"""The pipeline's own jobs over raw tables that are there already.

Only models and ledger steps are selected: what loads raw tables would replace them by
what the landing holds, which is nothing. Messages are not delivered either.
"""

import time
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import dagster as dg

from cost_pipeline.automation.launch import JobOutcome, launch
from cost_pipeline.commands.history import open_history
from cost_pipeline.commands.run import RANGE_END, RANGE_START
from cost_pipeline.definitions import defs
from cost_pipeline.models.build import Window
from cost_pipeline.models.library import all_models
from cost_pipeline.resources import NOW_TAG, run_clock
from cost_pipeline.settings import Settings

MODELS = frozenset({"staging", "core", "marts", "ledger"})
METERED = frozenset(name for name, model in all_models().items() if model.partition)
STEPS_OF_LEDGER = frozenset(n for n, model in all_models().items() if model.is_append)


def days_of(window: Window) -> dict[str, str]:
    """The tags of a run over a range of days."""
    first, last = window.first_day.isoformat(), window.last_day.isoformat()
    return {RANGE_START: first, RANGE_END: last}


def below(*tables: str) -> set[str]:
    """Models and every model above them in the flow."""
    models, found, waiting = all_models(), set[str](), list(tables)
    while waiting:
        name = waiting.pop()
        model = models.get(name)
        if model and name not in found and not (model.partition or model.is_append):
            found.add(name)
            waiting += models[name].upstream
    return found


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@dataclass
class Jobs:
    """An instance, the definitions, and what the runs did."""

    instance: dg.DagsterInstance
    repository: dg.RepositoryDefinition
    now: datetime
    order: list[str] = field(default_factory=list)
    outcomes: list[JobOutcome] = field(default_factory=list)

    @classmethod
    def opened(cls) -> "Jobs":
        warnings.simplefilter("ignore")
        settings = Settings.load()
        instance = open_history(settings)
        return cls(instance, defs.get_repository_def(), run_clock(settings).now)

    def whole(self) -> None:
        """Every table that is due, with the days that are on the way."""
        self.run("whole", MODELS)

    def run(
        self,
        job: str,
        chosen: Collection[str],
        tags: dict[str, str] | None = None,
    ) -> None:
        """Run some tables of a job, named one by one or by their layer."""
        keys = [
            key
            for key in self.repository.get_job(job).asset_layer.executable_asset_keys
            if ((table := ".".join(key.path)) in chosen or key.path[0] in chosen)
            and (key.path[0] != "ledger" or table in STEPS_OF_LEDGER)
        ]
        given: dict[str, Any] = {NOW_TAG: self.now.isoformat(), **(tags or {})}
        outcome = launch(
            self.repository,
            self.instance,
            job,
            given,
            selection=sorted(keys),
            listen=self._note,
        )
        self.outcomes.append(outcome)

    def _note(self, event: dg.DagsterEvent) -> None:
        key = event.asset_key
        if not event.is_step_materialization or key is None:
            return
        table = ".".join(key.path)
        if table not in self.order:
            self.order.append(table)

    @property
    def problems(self) -> list[str]:
        """What failed; a benchmark of half a run would be worth nothing."""
        found = [f for o in self.outcomes for f in (*o.failures, *o.failed_checks)]
        return [*found, *(o.job for o in self.outcomes if not o.is_success)]
