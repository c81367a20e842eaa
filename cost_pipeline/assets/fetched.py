"""What the world says, fetched into the landing by one step: files and receipts.

Nothing here opens a database: the network is slow, and whoever writes the warehouse
locks it. A fault of the outside is a receipt and a failed check, never an exception, so
that one listing that fails hides no other. Invoices have partitions and a step of their
own, `invoices.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dagster as dg

from cost_pipeline.assets.check_results import problem_result
from cost_pipeline.assets.groups import LANDING, OWNERS
from cost_pipeline.fetch.invoices import land_balance, land_history, land_index
from cost_pipeline.fetch.listings import land_listing
from cost_pipeline.fetch.platform_tables import (
    land_tables,
    last_sync,
    waiting_tables,
)
from cost_pipeline.fetch.rates import land_rates
from cost_pipeline.providers.base import Provider
from cost_pipeline.settings import Settings
from cost_pipeline.sources.base import Sources, SourceUnreachable
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.receipts import Receipt

COMPLETE = "complete"


@dataclass(frozen=True)
class Outside:
    """Everybody who is asked, and where the answers go."""

    provider: Provider
    sources: Sources
    rates: Callable[[], bytes]
    landing: Landing
    clock: RunClock


@dataclass(frozen=True)
class Question:
    """One answer that is landed: what for, how it is asked, and which job asks it."""

    name: str
    ask: Callable[[Outside], tuple[Receipt, str | None]]
    subject: str
    words: str
    kinds: frozenset[str] = frozenset({"python", "json"})

    @property
    def key(self) -> dg.AssetKey:
        return dg.AssetKey(["landing", self.name])


def listing(name: str, outside: Outside) -> tuple[Receipt, str | None]:
    receipt = land_listing(outside.provider, outside.landing, name, outside.clock.now)
    return receipt, receipt.problem


def bill(land: Callable[..., Receipt], outside: Outside) -> tuple[Receipt, str | None]:
    receipt = land(outside.provider, outside.landing, outside.clock.now)
    return receipt, receipt.problem


def exchange_rates(outside: Outside) -> tuple[Receipt, str | None]:
    receipt = land_rates(outside.rates, outside.landing, outside.clock.now)
    return receipt, receipt.problem


def platform_tables(outside: Outside) -> tuple[Receipt, str | None]:
    """Read every table once; one receipt names what was there.

    When they cannot be read, the last sync stands and the check says so: the
    provider's side goes on. Before the first sync there is nothing to stand on.
    """
    problem, landing, now = None, outside.landing, outside.clock.now
    try:
        land_tables(outside.sources, landing, now, ledger_to_guard(outside.clock))
    except SourceUnreachable as error:
        problem = str(error)
    receipt = last_sync(landing, now)
    if receipt is None:
        raise SourceUnreachable(problem)
    return receipt, problem or waiting_tables(landing, now)


def ledger_to_guard(clock: RunClock) -> Path | None:
    """Where what was issued to customers lies, when this run may issue more."""
    if clock.issue_from is None or clock.issue_from > clock.now.date():
        return None
    return Settings.load().segments_path


# What each listing is for, in the words shown beside the asset in the UI.
LISTINGS = {
    "projects": "The provider's projects, which owners are linked to.",
    "project_resources": "What is in each project: the way to a resource's owner.",
    "droplets": "Virtual machines; the larger part of most bills.",
    "domains": "DNS zones; free, but sold by the zone.",
    "volumes": "Block storage, billed by size whether attached or not.",
    "reserved_ips": "Addresses; billed while they point at nothing.",
    "firewalls": "Free of charge; kept because drift is found in their rules.",
    "load_balancers": "Load balancers, billed by the hour.",
    "databases": "Managed databases; their passwords never reach the disk.",
    "kubernetes_clusters": "Clusters; their workers are droplets and count once.",
    "apps": "Apps of the platform service.",
    "sizes": "Machine sizes and their prices.",
}
# These change slowly, and listing them takes the most requests.
SLOW_LISTINGS = {
    "snapshots": "Snapshots of droplets and volumes, billed by size.",
    "backups": "Automatic backups, which no snapshot listing shows.",
}


def listing_question(name: str, words: str, subject: str) -> Question:
    # Twenty characters fit the box of an asset in the UI.
    shown = f"do_{name.replace('kubernetes', 'k8s')}"
    return Question(shown, partial(listing, name), subject, words)


QUESTIONS = (
    *(listing_question(*line, "inventory_sync") for line in LISTINGS.items()),
    *(listing_question(*line, "inventory_slow") for line in SLOW_LISTINGS.items()),
    Question(
        "do_balance",
        partial(bill, land_balance),
        "balance_sync",
        "What is owed now; hourly, for the running month.",
    ),
    Question(
        "do_billing_history",
        partial(bill, land_history),
        "billing_sync",
        "Invoices, payments, credits and refunds of the account.",
    ),
    Question(
        "do_invoices",
        partial(bill, land_index),
        "billing_sync",
        "The index of invoices, with the month each is for.",
    ),
    Question(
        "fx_rates",
        exchange_rates,
        "billing_sync",
        "Euro reference rates of the central bank, all days since 1999.",
        frozenset({"csv"}),
    ),
    Question(
        "platform_tables",
        platform_tables,
        "platform",
        "The platform's own tables, landed as they came.",
        frozenset({"csv", "postgres"}),
    ),
)
KEYS = [question.key for question in QUESTIONS]


def spec_of(question: Question) -> dg.AssetSpec:
    return dg.AssetSpec(
        question.key,
        group_name=LANDING,
        description=question.words,
        kinds=set(question.kinds),
        owners=OWNERS,
        tags={"subject": question.subject, "layer": "landing"},
    )


@dg.multi_asset(
    name="fetch",
    specs=[spec_of(question) for question in QUESTIONS],
    check_specs=[dg.AssetCheckSpec(COMPLETE, asset=key) for key in KEYS],
    can_subset=True,
)
def fetch(
    context: dg.AssetExecutionContext,
    provider: dg.ResourceParam[Provider],
    sources: dg.ResourceParam[Sources],
    rates: dg.ResourceParam[Callable[[], bytes]],
    landing: dg.ResourceParam[Landing],
    clock: dg.ResourceParam[RunClock],
) -> Iterator[dg.MaterializeResult]:
    """Ask one after another; each answer is landed before the next is asked for."""
    outside = Outside(provider, sources, rates, landing, clock)
    for question in QUESTIONS:
        if question.key not in context.selected_asset_keys:
            continue
        receipt, problem = question.ask(outside)
        yield dg.MaterializeResult(
            asset_key=question.key,
            metadata={
                "items": receipt.items,
                "items_rejected": len(receipt.rejected),
                "sha256": receipt.sha256,
                "received_at": receipt.received_at,
            },
            data_version=dg.DataVersion(receipt.sha256 or "incomplete"),
            check_results=[problem_result(question.key.path, COMPLETE, problem)],
        )
