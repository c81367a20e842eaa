"""`run`, `demo`, `rebuild`: the whole pipeline in this process, recorded as runs.

What is due is asked of the data between the jobs: invoices known and not accepted,
days not metered or changed since.
"""

import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cost_pipeline.commands.history import named_history, open_history
from cost_pipeline.settings import Settings, WrongUsage

if TYPE_CHECKING:
    import dagster as dg
    import duckdb

    from cost_pipeline.automation.launch import Outcome

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"

# A month is invoiced when it is over, a subscription's period when it begins.
WAITING = """
select count(*) from marts.tenant_invoices
where status in ('draft', 'before_start')
    and (cycle = 'anniversary' or period_end <= timestamp '{now}')
    and invoice_id not in (
        select subject_id from marts.data_quality where finding = 'document_held'
    )
"""


@dataclass
class Report:
    """What a whole run did, job by job."""

    now: datetime
    outcomes: list["Outcome"] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        found = [said for o in self.outcomes for said in o.problems]
        silent = [o.job for o in self.outcomes if not o.is_success and not o.problems]
        return [*found, *(f"{job}: the run did not succeed" for job in silent)]

    @property
    def warnings(self) -> list[str]:
        """Each warning once: two jobs may build the same table."""
        found = [warning for outcome in self.outcomes for warning in outcome.warnings]
        return list(dict.fromkeys(found))

    @property
    def is_green(self) -> bool:
        return not self.problems


class Pipeline:
    """The jobs of one `run`, sharing one `now`."""

    def __init__(
        self, settings: Settings, console: Console, *, as_of: datetime | None = None
    ) -> None:
        warnings.simplefilter("ignore")
        from cost_pipeline.definitions import defs
        from cost_pipeline.resources import run_clock

        if as_of is not None:
            settings = settings.model_copy(update={"now": as_of})
        self.settings = settings
        self.clock = run_clock(settings)
        self.console = console
        self.instance = open_history(settings)
        self.repository = defs.get_repository_def()
        self.report = Report(self.clock.now)

    def run(self, *, groups: Sequence[str] = (), skip_landing: bool = False) -> Report:
        """Everything that is due, in order; a failed job does not hide the next."""
        from cost_pipeline.resources import refuse_wrong_settings

        keep = self._only(groups, skip_landing)
        if not skip_landing:
            refuse_wrong_settings(self.settings)
        self._launch("collect", keep=keep)
        if not skip_landing:
            self._fetch_due_invoices(keep)
        self._meter_due_days(keep)
        self._launch("books", keep=keep)
        self._say_what_waits()
        return self.report

    def _say_what_waits(self) -> None:
        """Without a date to issue from nothing is issued, so say what would be."""
        published = self.settings.published_path
        if self.settings.issue_from is not None or not published.exists():
            return
        from cost_pipeline.commands.queries import ask

        now = self.clock.now.replace(tzinfo=None)
        count = ask(published, WAITING.format(now=now))[1][0][0]
        self.console.print(
            f"{count} documents would be issued; COST_PIPELINE_ISSUE_FROM is not set, "
            "so they stay drafts"
        )

    def _fetch_due_invoices(self, keep: "Keep") -> None:
        from cost_pipeline.automation.partitions import INVOICES
        from cost_pipeline.fetch.invoices import due_invoices

        with self._warehouse() as connection:
            due = [key for key, _ in due_invoices(connection)]
        if not due:
            return
        self.instance.add_dynamic_partitions(str(INVOICES.name), due)
        # A range follows the order in which keys were added; the step itself skips
        # what lies between and is accepted already.
        order = self.instance.get_dynamic_partitions(str(INVOICES.name))
        span = sorted(due, key=order.index)
        tags = {RANGE_START: span[0], RANGE_END: span[-1]}
        self._launch("provider_invoices", tags, keep=keep)

    def _meter_due_days(self, keep: "Keep") -> None:
        from cost_pipeline.books.metered_days import due_window

        with self._warehouse() as connection:
            window = due_window(connection)
        if window is not None:
            tags = {
                RANGE_START: window.first_day.isoformat(),
                RANGE_END: window.last_day.isoformat(),
            }
            self._launch("metering", tags, keep=keep)

    def _warehouse(self) -> AbstractContextManager["duckdb.DuckDBPyConnection"]:
        from cost_pipeline.resources import opened_warehouse

        return opened_warehouse(self.settings, self.clock)

    def _only(self, groups: Sequence[str], skip_landing: bool) -> "Keep":
        """Which assets of a job to run: all, some groups, all but the landing."""
        graph = self.repository.asset_graph
        known = {graph.get(key).group_name for key in graph.materializable_asset_keys}
        for name in groups:
            if name not in known | {group[2:] for group in known}:
                raise WrongUsage(
                    f"--select: there is no group {name}; there are "
                    + ", ".join(sorted(known))
                )

        def keep(key: "dg.AssetKey") -> bool:
            group = graph.get(key).group_name
            is_chosen = not groups or group in groups or group[2:] in groups
            return is_chosen and not (skip_landing and group == "a_landing")

        return keep

    def _launch(
        self, job_name: str, tags: dict[str, str] | None = None, *, keep: "Keep"
    ) -> None:
        from cost_pipeline.automation.launch import launch
        from cost_pipeline.resources import NOW_TAG

        job = self.repository.get_job(job_name)
        chosen = sorted(
            key for key in job.asset_layer.executable_asset_keys if keep(key)
        )
        if not chosen:
            return
        steps = len(list(job.nodes))
        with progress(self.console) as shown:
            task = shown.add_task(job_name, total=steps, step="starting")

            def listen(event: "dg.DagsterEvent") -> None:
                if event.is_step_start:
                    name = (event.step_key or "").replace("__", ".")
                    shown.update(task, step=name)
                elif event.is_step_success or event.is_step_failure:
                    shown.advance(task)

            with named_history():
                outcome = launch(
                    self.repository,
                    self.instance,
                    job_name,
                    {NOW_TAG: self.clock.now.isoformat(), **(tags or {})},
                    selection=chosen,
                    listen=listen,
                )
            shown.update(task, completed=steps, step=f"{outcome.materialized} tables")
        self.report.outcomes.append(outcome)


Keep = Callable[["dg.AssetKey"], bool]


def progress(console: Console) -> Progress:
    """One line per job: what it is doing and for how long."""
    return Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<18}"),
        TimeElapsedColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("[dim]{task.fields[step]}"),
        console=console,
    )


def throw_away_warehouse(settings: Settings) -> None:
    """Remove what can be derived again; landing and ledger are not touched.

    What is published stays until another file is renamed over it: analysts read on
    while a rebuild runs, and a rebuild that fails takes nothing from them. Without its
    manifest all of it is written anew.
    """
    warehouse = settings.warehouse_path
    manifest = settings.published_path.with_name("manifest.json")
    for path in (warehouse, warehouse.with_name(f"{warehouse.name}.wal"), manifest):
        path.unlink(missing_ok=True)
