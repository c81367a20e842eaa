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
raw = dg.AssetSelection.tag("layer", "raw") | dg.AssetSelection.tag("layer", "ref")
inventory = dg.AssetSelection.tag("subject", "inventory")
by_day = dg.AssetSelection.tag("partition", "day")
by_invoice = dg.AssetSelection.tag("subject", "provider_invoices")
everything = dg.AssetSelection.all()
models = dg.AssetSelection.tag("layer", "core") | dg.AssetSelection.tag(
    "layer", "staging"
)
# What is due after collecting is read from these: days from inventory, invoices from
# what is known of each.
first_models = (inventory & models) | dg.AssetSelection.assets(
    ["core", "invoice_states"],
    ["core", "metered_intervals"],
    ["core", "usage_events"],
    ["ref", "billing_kinds"],
)


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


# Four jobs are the whole pipeline, in this order. Two of them have partitions, and a
# job can have only one kind of them.
collect = _job(
    "collect",
    (landing | first_models.upstream()) - by_invoice - by_day,
    "Ask the provider and the platform for everything, and bring inventory up to date.",
)
provider_invoices = _job(
    "provider_invoices",
    by_invoice & landing,
    "Fetch the invoices of a range: lines, items and summary of each.",
)
metering = _job(
    "metering",
    by_day,
    "Meter a range of days from the intervals of what existed.",
)
books = _job(
    "books",
    everything - landing - by_day,
    "Derive everything from what was landed, issue what is due, publish.",
)

# The jobs of the crontab: what each syncs, and the tables that follow from it with
# all they are computed from, so that a run never reads a table of another sync.
platform = dg.AssetSelection.tag("subject", "platform") & landing
published = dg.AssetSelection.tag("layer", "published")
derived = everything - landing - by_day - published


def tables_of(*subjects: str) -> dg.AssetSelection:
    """The models and ledger steps of subjects, with everything they stand on."""
    found = [dg.AssetSelection.tag("subject", subject) for subject in subjects]
    return reduce(or_, found).upstream() & derived


def landing_of(subject: str) -> dg.AssetSelection:
    """What is asked of the world in the name of a subject."""
    return dg.AssetSelection.tag("subject", subject) & landing


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
    platform | tables_of("usage"),
    "Draft the month's invoices, and issue those that are complete and due.",
)
subscriptions = _job(
    "subscriptions",
    platform | tables_of("subscriptions"),
    "Bill activity and renewals of subscriptions.",
)
spend_alerts = _job(
    "spend_alerts",
    platform | tables_of("spend", "messages"),
    "Hold spend to the plans, and tell what crossed a threshold.",
)
message_delivery = _job(
    "message_delivery",
    # Only telling: what is to be told was queued by other jobs.
    dg.AssetSelection.key_substring("deliveries")
    & dg.AssetSelection.groups("g_ledger"),
    "Deliver the messages that nobody has taken yet.",
)

jobs = [
    collect,
    provider_invoices,
    metering,
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
