"""`demo`: the whole pipeline on the embedded account and tables, offline.

The account is a function of time. Its past is landed in one step, sync by sync, as a
pipeline that had always been up would have landed it; then everything that is due is
run once.
"""

import os
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from cost_pipeline.commands.queries import as_table, ask
from cost_pipeline.commands.run import Pipeline, Report
from cost_pipeline.contracts.ledger_margins import MARGIN_FINALS
from cost_pipeline.fetch.invoices import (
    land_balance,
    land_index,
    land_invoice,
    uuids_of,
)
from cost_pipeline.fetch.listings import account_of
from cost_pipeline.models.query_files import query_of
from cost_pipeline.providers import demo
from cost_pipeline.providers.base import Provider
from cost_pipeline.providers.demo import DEMO_NOW, change_instants, changes
from cost_pipeline.resources import opened_warehouse, provider_of, run_clock
from cost_pipeline.settings import Settings
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.ledger import append
from cost_pipeline.storage.literals import literal
from cost_pipeline.storage.receipts import Receipt, instant

ISSUE_FROM = "2026-02-01"
# The demo must answer the same on every machine, whatever is configured there.
ENVIRONMENT = {
    "COST_PIPELINE_PROVIDER": "demo",
    "COST_PIPELINE_NOW": DEMO_NOW.isoformat(),
    "COST_PIPELINE_ISSUE_FROM": ISSUE_FROM,
    "COST_PIPELINE_REPORT_CURRENCY": "AUD",
    "COST_PIPELINE_SOURCES": "",
    "SMTP_URL": "",
    "STRIPE_API_KEY": "",
    "NWC_URL": "",
}
ACCOUNT = "do:demo"
# February was billed on 1 March and again on the 5th, over another amount.
REISSUED, BEFORE_REISSUE = "2026-02_3e8f7aa9", datetime(2026, 3, 2, 2, 23, tzinfo=UTC)
# What a run as of 3 March writes down, as `stories/test_demo_finals.py` shows.
FINALS = Path(demo.__file__).with_name("margin_finals.csv")
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


class NotADemoHome(Exception):
    """The home folder holds another account; the demo must not be mixed into it."""


def demonstrate(console: Console) -> Report:
    """Land the past and run what is due."""
    os.environ.update(ENVIRONMENT)
    settings = Settings.load()
    landing = Landing(settings.landing_path)
    refuse_other_accounts(settings, landing)
    syncs = land_past(settings, landing)
    if syncs:
        console.print(f"landed {syncs} syncs of the account's past")
    remember_past(settings)
    return Pipeline(settings, console).run()


def refuse_other_accounts(settings: Settings, landing: Landing) -> None:
    """A home with receipts of a real account is somebody's books."""
    receipts = landing.receipts("projects")
    others = {r.account for r in receipts if r.account != ACCOUNT}
    if others:
        raise NotADemoHome(
            f"{settings.home} holds the account {sorted(others)[0]}; "
            "set COST_PIPELINE_HOME to an empty folder for the demo"
        )


def land_past(settings: Settings, landing: Landing) -> int:
    """Land every sync up to now; a second demo finds them all and adds none."""
    if landing.latest("projects", ACCOUNT, until=DEMO_NOW - QUARTER) is not None:
        return 0
    when = changes()
    receipts: list[Receipt] = []
    last: dict[str, Receipt] = {}
    for at in syncs_before(DEMO_NOW):
        changed = when.get(at, ())
        if changed:
            provider = provider_of(settings, at)
            fresh = {name: _sync(provider, landing, name, at) for name in changed}
            provider.close()
            last |= fresh
        for name, receipt in last.items():
            known = replace(receipt, received_at=instant(at), missing=())
            if name not in changed:
                receipts.append(known)
    land_past_bills(settings, landing)
    # Receipts of unchanged syncs are written last, in one go for each file: sorting
    # is the loader's affair, and a flush for each would take longer than the rest.
    landing.keep_receipts(receipts)
    return len(receipts)


def land_past_bills(settings: Settings, landing: Landing) -> None:
    """The balance of every day, and a bill as it stood before it was issued again."""
    for at in syncs_before(DEMO_NOW):
        if at.hour == at.minute == 0:
            with closing(provider_of(settings, at)) as provider:
                land_balance(provider, landing, at)
    with closing(provider_of(settings, BEFORE_REISSUE)) as provider:
        land_index(provider, landing, BEFORE_REISSUE)
        for uuid in uuids_of(landing, ACCOUNT, [REISSUED], BEFORE_REISSUE):
            land_invoice(provider, landing, uuid, BEFORE_REISSUE)


def remember_past(settings: Settings) -> None:
    """What was called final of February, on the day before its bill came once more."""
    columns = ", ".join(
        # An empty text is a text: a cell without documents stands on none.
        f"cast(coalesce({column.name}, '') as {column.type}) as {column.name}"
        for column in MARGIN_FINALS.columns
    )
    query = f"select {columns} from read_csv({literal(FINALS)}, all_varchar = true)"
    with opened_warehouse(settings, run_clock(settings)) as connection:
        append(connection, MARGIN_FINALS, query, segments=settings.segments_path)


def syncs_before(now: datetime) -> Iterable[datetime]:
    """Each change, two quarters of an hour after it, and every midnight.

    Three syncs make a missing resource stale, and one a day makes the day observed.
    """
    first = change_instants()[0]
    syncs = {first}
    for change in change_instants():
        syncs |= {change, change + QUARTER, change + 2 * QUARTER}
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC) + DAY
    while midnight < now:
        syncs.add(midnight)
        midnight += DAY
    return sorted(at for at in syncs if at < now)


def _sync(provider: Provider, landing: Landing, name: str, at: datetime) -> Receipt:
    answer = provider.list_all(name)
    return landing.keep_listing(account_of(provider), answer, now=at)


def show_ending(console: Console) -> None:
    """The margin table, and what to open next."""
    settings = Settings.load()
    published = settings.published_path
    if not published.exists():
        return
    console.print()
    columns, rows = ask(published, query_of("report/demo"))
    console.print(as_table(columns, rows, "what each tenant earned and cost us"))
    console.print("– the provider's bill of that month is still to come")
    console.print("\nThe warnings are part of the story. What to open next:")
    console.print(f"  analysts   {published}", soft_wrap=True)
    console.print(f"  people     {published.with_name('report.html')}", soft_wrap=True)
    console.print("  operators  make ui, then open http://127.0.0.1:3000")
    console.print(
        "  a number   cost-pipeline trace marts.cost_vs_revenue tenant_id=pilot"
    )
    console.print(
        f"  a decision COST_PIPELINE_NOW={DEMO_NOW:%Y-%m-%dT%H:%MZ} cost-pipeline "
        "accept-drift ID, then make demo again",
        soft_wrap=True,
    )
