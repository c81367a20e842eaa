"""`run`, `demo`, `rebuild`: the whole pipeline in this process, recorded as runs.

What is due is asked of the data between the jobs: invoices known and not accepted,
days not metered or changed since.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cost_pipeline.commands.history import named_history, open_history
from cost_pipeline.settings import Settings, WrongUsage

if TYPE_CHECKING:
    import dagster as dg

    from cost_pipeline.automation.launch import JobOutcome

WARNING = "warning: "
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


@dataclass
class Report:
    """What a whole run did, job by job."""

    now: datetime
    outcomes: list["JobOutcome"] = field(default_factory=list)
    # What is known of tables that were not made again.
    standing: list[str] = field(default_factory=list)

    @property
    def has_ended(self) -> bool:
        """Whether the last job came to its end, whatever its checks said."""
        return bool(self.outcomes) and self.outcomes[-1].is_success

    @property
    def problems(self) -> list[str]:
        found = [said for o in self.outcomes for said in o.problems]
        silent = [o.job for o in self.outcomes if not o.is_success and not o.problems]
        return [*found, *(f"{job}: the run did not succeed" for job in silent)]

    @property
    def warnings(self) -> list[str]:
        """Each warning once: two jobs may build the same table.

        What is said of many tables in the same words is said of the first of them.
        """
        tables: dict[str, list[str]] = {}
        for warning in (said for outcome in self.outcomes for said in outcome.warnings):
            table, _, words = warning.partition(": ")
            tables.setdefault(words, []).append(table)
        more = {words: len(set(named)) - 1 for words, named in tables.items()}
        return [
            f"{named[0]}{f' and {more[words]} more' if more[words] else ''}: {words}"
            for words, named in tables.items()
        ]

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
            self._launch("collect", self._assets_of("collect", keep))
            self._fetch_due_invoices(keep)
        self._launch("whole", self._due_tables(keep, is_whole=not groups))
        if self.report.has_ended:
            self.report.standing = self._standing_findings()
            self._say_what_waits()
        return self.report

    def _standing_findings(self) -> list[str]:
        """What rules say of tables that had no reason to be made again."""
        from cost_pipeline.models.fingerprints import read_states
        from cost_pipeline.resources import opened_warehouse

        said = [line for outcome in self.report.outcomes for line in outcome.said]
        with opened_warehouse(self.settings, self.clock) as connection:
            states = read_states(connection)
        return [
            f"{name} (rules): {finding.removeprefix(WARNING)}"
            for name, state in sorted(states.items())
            for finding in state.findings
            if finding.startswith(WARNING)
            # What an audit finds is looked at again, and said, in every run.
            and not name.startswith("audit.")
            and not any(line.startswith(f"{name} (") for line in said)
        ]

    def _say_what_waits(self) -> None:
        """Without a date to issue from nothing is issued, so say what would be."""
        if self.settings.issue_from is not None:
            return
        from cost_pipeline.books.ledger_tables import documents_waiting
        from cost_pipeline.resources import opened_warehouse

        with opened_warehouse(self.settings, self.clock) as connection:
            count = documents_waiting(connection)
        self.console.print(
            f"{count} documents would be issued; COST_PIPELINE_ISSUE_FROM is not set, "
            "so they stay drafts"
        )

    def _fetch_due_invoices(self, keep: "Keep") -> None:
        """Invoices that the index names and no accepted file of their total is of."""
        from cost_pipeline.automation.partitions import INVOICES
        from cost_pipeline.resources import backlog_of

        due = backlog_of(self.settings, self.clock).unaccepted_invoices()
        if not due:
            return
        self.instance.add_dynamic_partitions(str(INVOICES.name), due)
        # A range follows the order in which keys were added; the step itself skips
        # what lies between and is accepted already.
        order = self.instance.get_dynamic_partitions(str(INVOICES.name))
        span = sorted(due, key=order.index)
        tags = {RANGE_START: span[0], RANGE_END: span[-1]}
        chosen = self._assets_of("provider_invoices", keep)
        self._launch("provider_invoices", chosen, tags)

    def _due_tables(self, keep: "Keep", *, is_whole: bool) -> list["dg.AssetKey"]:
        """The tables that may have to be made, so that no other is planned.

        What cannot be said is left to the run itself: it meets the same fault, and
        records it where people look.
        """
        from cost_pipeline.assets.tables import PUBLISHED, due_keys
        from cost_pipeline.resources import messages_of, opened_warehouse

        chosen = self._assets_of("whole", keep)
        if not is_whole:
            return chosen
        try:
            with opened_warehouse(self.settings, self.clock) as connection:
                messages = messages_of(self.settings)
                due = due_keys(connection, self.settings, self.clock, messages)
        except Exception:
            return chosen
        wanted = {*due, PUBLISHED}
        return [key for key in chosen if key in wanted]

    def _assets_of(self, job_name: str, keep: "Keep") -> list["dg.AssetKey"]:
        job = self.repository.get_job(job_name)
        return sorted(k for k in job.asset_layer.executable_asset_keys if keep(k))

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
        self,
        job_name: str,
        chosen: Sequence["dg.AssetKey"],
        tags: dict[str, str] | None = None,
    ) -> None:
        from cost_pipeline.automation.launch import launch
        from cost_pipeline.resources import NOW_TAG

        if not chosen:
            return
        with progress(self.console) as shown:
            task = shown.add_task(job_name, total=len(chosen), step="starting")

            def listen(event: "dg.DagsterEvent") -> None:
                if event.is_step_materialization and event.asset_key is not None:
                    name = ".".join(event.asset_key.path)
                    shown.update(task, step=name, advance=1)

            with named_history():
                outcome = launch(
                    self.repository,
                    self.instance,
                    job_name,
                    {NOW_TAG: self.clock.now.isoformat(), **(tags or {})},
                    selection=chosen,
                    listen=listen,
                )
            shown.update(
                task, completed=len(chosen), step=f"{outcome.materialized} tables"
            )
        self.report.outcomes.append(outcome)
        if outcome.is_interrupted:
            # The jobs that would follow tell the world.
            raise KeyboardInterrupt


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
