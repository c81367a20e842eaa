"""The command line: names, options and help. What a command does is `commands/`.

Exit codes: 0 done, 1 something failed and is named, 2 wrong usage or settings.
"""

import signal
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from cost_pipeline.commands.words import edge, in_a_line
from cost_pipeline.settings import Settings, WrongSetting, WrongUsage

FAILED, WRONG_USAGE = 1, 2

app = typer.Typer(
    name="cost-pipeline",
    help="What a platform pays its clouds, joined with what its customers pay it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
out = Console(soft_wrap=True, width=edge())
err = Console(stderr=True, soft_wrap=True)
_debug = False


def moment(text: str | None) -> datetime | None:
    """Read `--as-of`: ISO 8601, UTC when no zone is given."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage("--as-of: is not an ISO 8601 time") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The run's now, ISO 8601 UTC.")
]
Groups = Annotated[
    list[str] | None, typer.Option("--select", help="Only these groups of assets.")
]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option(help="Show tracebacks.")] = False,
) -> None:
    global _debug
    _debug = debug


@app.command()
def demo() -> None:
    """Run everything on the embedded account and tables, offline."""
    from cost_pipeline.commands.demo import demonstrate, show_ending

    _finish(demonstrate(out))
    show_ending(out)


@app.command()
def run(as_of: AsOf = None, select: Groups = None) -> None:
    """Do everything that is due, in one process, through the same Dagster jobs."""
    from cost_pipeline.commands.run import Pipeline

    pipeline = Pipeline(Settings.load(), out, as_of=moment(as_of))
    report = pipeline.run(groups=_names(select))
    _finish(report)


@app.command()
def rebuild(as_of: AsOf = None) -> None:
    """Throw the warehouse away and rebuild it from landing and ledger."""
    from cost_pipeline.commands.rebuild import rebuild_warehouse

    _finish(rebuild_warehouse(Settings.load(), out, moment(as_of)))


@app.command()
def ask(query: str) -> None:
    """Query the published file, read-only."""
    from cost_pipeline.commands.queries import as_table
    from cost_pipeline.commands.queries import ask as answer

    columns, rows = answer(Settings.load().published_path, query)
    out.print(as_table(columns, rows, ""))


@app.command()
def digest() -> None:
    """Print one hash per published table and one over all."""
    from cost_pipeline.commands.queries import published_digests

    found, over_all = published_digests(Settings.load().published_path)
    for name, value in found.items():
        out.print(f"{value}  {name}", highlight=False)
    out.print(f"{over_all}  all", highlight=False)


@app.command(hidden=True)
def catalog() -> None:
    """Write the data dictionary anew from the models."""
    from cost_pipeline.models.catalog import CATALOG
    from cost_pipeline.models.catalog import catalog as write

    CATALOG.write_text(write(), "utf-8")
    out.print(f"wrote {CATALOG.name}")


@app.command()
def quote(
    plan: Annotated[str, typer.Option(help="Plan, or a version of one.")],
    addon: Annotated[list[str] | None, typer.Option(help="Add-on code.")] = None,
    usage: Annotated[list[str] | None, typer.Option(help="KIND=QUANTITY.")] = None,
) -> None:
    """Print the invoice lines that usage would give, from the SQL that invoices."""
    from cost_pipeline.commands.quotes import show_quote

    show_quote(Settings.load(), out, plan, addon or [], usage or [])


@app.command()
def preview(
    month: Annotated[str | None, typer.Argument(help="YYYY-MM")] = None,
) -> None:
    """Print the documents that would be issued, against last month; write nothing."""
    from cost_pipeline.commands.quotes import show_preview

    show_preview(Settings.load(), out, month)


@app.command()
def trace(table: str, keys: Annotated[list[str], typer.Argument()]) -> None:
    """Show what stands behind a published number: TABLE KEY=VALUE ..."""
    from cost_pipeline.commands.traces import show_trace

    if not show_trace(Settings.load(), table, keys, out):
        raise typer.Exit(FAILED)


@app.command()
def export(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant.")] = None,
    month: Annotated[str | None, typer.Option(help="YYYY-MM")] = None,
) -> None:
    """Write statements, the AR journal and all tables into exports/."""
    from cost_pipeline.commands.exports import export as write

    write(Settings.load(), out, tenant, month)


@app.command("accept-drift")
def accept_drift(drift_id: str) -> None:
    """Take the live value of a drift, as published, as what is wanted from now on."""
    from cost_pipeline.commands.decisions import shown_value, take

    settings = Settings.load()
    shown = shown_value(settings, drift_id)
    take(settings, out, "accept-drift", drift_id=drift_id, shown_actual=shown)


@app.command("publish-plan-version")
def publish_plan_version(plan_version_id: str) -> None:
    """Bring a draft of a plan into force; the version before it retires."""
    from cost_pipeline.commands.decisions import take

    name = "publish-plan-version"
    take(Settings.load(), out, name, plan_version_id=plan_version_id)


@app.command("void-invoice")
def void_invoice(
    invoice_id: str,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the books.")],
) -> None:
    """Take an issued document back; a calendar month is then issued once more."""
    from cost_pipeline.commands.decisions import take

    take(Settings.load(), out, "void-invoice", invoice_id=invoice_id, reason=reason)


@app.command("confirm-shrink")
def confirm_shrink(kind: str) -> None:
    """Let a listing or a log count that lost so much at once that it waits."""
    from cost_pipeline.commands.decisions import take

    take(Settings.load(), out, "confirm-shrink", kind=kind)


@app.command("classify-resource")
def classify_resource(
    resource_id: str,
    role: Annotated[str, typer.Option(help="tenant, shared or internal.")] = "tenant",
    tenant: Annotated[str | None, typer.Option(help="For the role tenant.")] = None,
    deployment: Annotated[str | None, typer.Option(help="The tenant's.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="UTC.")] = None,
) -> None:
    """Say whose a resource is that no project gives an owner."""
    from cost_pipeline.commands.decisions import take

    take(
        Settings.load(),
        out,
        "classify-resource",
        resource_id=resource_id,
        role=role,
        tenant_id=tenant,
        deployment_id=deployment,
        from_at=since,
    )


@app.command()
def health() -> None:
    """Settings, reachability, age of each input, open problems: one screen."""
    from cost_pipeline.commands.health import health as findings_of

    findings = findings_of(Settings.load())
    for finding in findings:
        mark = "[red]✗[/red]" if finding.is_bad else "[green]✓[/green]"
        out.print(f"{mark} {finding.subject:<22} ", end="")
        out.print(finding.state, markup=False, highlight=False)
    if any(finding.is_bad for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def ui(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    read_only: Annotated[bool, typer.Option(help="Look, but launch nothing.")] = False,
    token: Annotated[
        str | None,
        typer.Option(help="Ask for this token.", envvar="COST_PIPELINE_UI_TOKEN"),
    ] = None,
    daemon: Annotated[bool, typer.Option(help="Run schedules and sensors too.")] = True,
) -> None:
    """Open the Dagster UI with its daemon, guarded, on 127.0.0.1."""
    from cost_pipeline.commands.ui import serve

    serve(
        Settings.load(),
        host=host,
        port=port,
        is_read_only=read_only,
        token=token,
        has_daemon=daemon and not read_only,
    )


def _names(select: list[str] | None) -> list[str]:
    """Group names, given once each or with commas between."""
    return [name for entry in select or [] for name in entry.split(",") if name]


def _finish(report: "object") -> None:
    """Say what failed, one line each, and leave with the right code."""
    from cost_pipeline.commands.run import Report

    if not isinstance(report, Report):
        raise TypeError("a run returns a report")
    for warning in report.warnings:
        out.print(f"[yellow]warning[/yellow] {in_a_line(warning)}")
    for problem in report.problems:
        err.print(f"[red]failed[/red] {in_a_line(problem)}")
    if not report.is_green:
        raise typer.Exit(FAILED)


def main() -> None:
    """Run the command line; an error is one line unless `--debug` is given."""
    # Whoever stops the machine is obeyed like whoever presses Ctrl-C. A shell may have
    # handed down signals that are ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app(standalone_mode=True)
    except (WrongSetting, WrongUsage) as error:
        _say(error)
        sys.exit(WRONG_USAGE)
    except KeyboardInterrupt:
        err.print("stopped")
        sys.exit(130)
    except Exception as error:
        if _debug:
            raise
        _say(error)
        sys.exit(FAILED)


def _say(error: Exception) -> None:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    err.print(f"[red]failed[/red] {in_a_line(lines[0])}")
