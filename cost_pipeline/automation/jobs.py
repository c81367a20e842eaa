"""The jobs: what a schedule launches, an operator presses, and `run` goes through.

Jobs select by tag, so a new asset joins its job by its subject and nothing else.
"""

from functools import reduce
from operator import or_

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

# A run of a job waits for the one before it (`dagster.yaml`): two daemons that tick in
# the same instant, or a person and a tick, cannot fetch the same invoices at once.
JOB = "cost_pipeline/job"

landing = dg.AssetSelection.tag("layer", "landing")
by_day = dg.AssetSelection.tag("partition", "day")
by_invoice = dg.AssetSelection.tag("subject", "provider_invoices")
published = dg.AssetSelection.tag("layer", "published")
everything = dg.AssetSelection.all()
# What tells the world something: no job does in passing what another is named after.
in_ledger = dg.AssetSelection.tag("layer", "ledger")
derived = everything - landing - by_day - published - in_ledger


def _job(
    name: str, selection: dg.AssetSelection, description: str
) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name,
        selection=selection,
        description=description,
        tags={JOB: name},
        # DuckDB locks the file for the process that writes it; measured, steps in one
        # process also cost 40 times less than a process each.
        executor_def=dg.in_process_executor,
    )


# Three jobs are the whole pipeline: `collect`, `provider_invoices`, `whole`. The one in
# the middle has partitions, and a job can have only one kind of them.
collect = _job(
    "collect",
    landing - by_invoice,
    "Ask the provider, the bank and the platform for everything.",
)
provider_invoices = _job(
    "provider_invoices",
    by_invoice & landing,
    "Fetch the invoices of a range: lines, items and summary of each.",
)
metering = _job(
    "metering",
    by_day,
    "Meter a range of days again, from the intervals of what existed.",
)


def written(*tables: str) -> dg.AssetSelection:
    """Ledger tables by name."""
    return dg.AssetSelection.assets(*(["ledger", table] for table in tables))


def tables_of(*subjects: str) -> dg.AssetSelection:
    """The models of subjects, with everything they stand on."""
    found = [dg.AssetSelection.tag("subject", subject) for subject in subjects]
    return reduce(or_, found).upstream() & derived


def landing_of(subject: str) -> dg.AssetSelection:
    """What is asked of the world in the name of a subject."""
    return dg.AssetSelection.tag("subject", subject) & landing


platform = landing_of("platform")
whole = _job(
    "whole",
    everything - landing - by_day,
    "Everything that follows from what was landed: tables, documents, messages, file.",
)
books = _job(
    "books",
    derived | published | written("margin_finals"),
    "Bring every table up to date, remember final margins, publish.",
)
inventory_sync = _job(
    "inventory_sync",
    landing_of("inventory_sync") | platform | tables_of("inventory"),
    "List what exists, and keep the history of what changed.",
)
inventory_slow = _job(
    "inventory_slow",
    landing_of("inventory_slow") | tables_of("inventory"),
    "List snapshots and backups, which change slowly and take the most requests.",
)
drift_detection = _job(
    "drift_detection",
    platform | tables_of("drift"),
    "Compare what was asked for with what exists.",
)
balance_sync = _job(
    "balance_sync",
    landing_of("balance_sync") | tables_of("costs"),
    "Ask what is owed for the running month.",
)
billing_history = _job(
    "billing_history",
    landing_of("billing_sync") | tables_of("costs"),
    "Read the index of invoices, payments and credits, and exchange rates.",
)
tenant_invoicing = _job(
    "tenant_invoicing",
    platform | tables_of("usage", "invoices") | written("lines", "documents"),
    "Draft the month's invoices, and issue those that are complete and due.",
)
subscriptions = _job(
    "subscriptions",
    platform | tables_of("subscriptions") | written("claims"),
    "Bill activity and renewals of subscriptions.",
)
spend_alerts = _job(
    "spend_alerts",
    platform | tables_of("spend", "messages") | written("crossings", "messages"),
    "Hold spend to the plans, and tell what crossed a threshold.",
)
message_delivery = _job(
    "message_delivery",
    # Only delivering: what is to be sent was queued by other jobs.
    written("deliveries"),
    "Deliver the messages that nobody has taken yet.",
)

jobs = [
    collect,
    provider_invoices,
    metering,
    whole,
    books,
    inventory_sync,
    inventory_slow,
    drift_detection,
    balance_sync,
    billing_history,
    tenant_invoicing,
    subscriptions,
    spend_alerts,
    message_delivery,
]
