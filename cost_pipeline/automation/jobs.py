"""The jobs: what a schedule launches, an operator presses, and `run` goes through.

Jobs select by tag, so a new asset joins its job by its subject and nothing else.
"""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

# Four jobs are the whole pipeline, in this order. Two of them have partitions, and a
# job can have only one kind of them.
WHOLE = ("collect", "provider_invoices", "metering", "books")

landing = dg.AssetSelection.tag("layer", "landing")
raw = dg.AssetSelection.tag("layer", "raw") | dg.AssetSelection.tag("layer", "ref")
inventory = dg.AssetSelection.tag("subject", "inventory")
by_day = dg.AssetSelection.tag("partition", "day")
by_invoice = dg.AssetSelection.tag("subject", "provider_invoices")
slow = dg.AssetSelection.tag("subject", "inventory_slow")
fast = dg.AssetSelection.tag("subject", "inventory_sync")
everything = dg.AssetSelection.all()
inventory_models = (inventory & dg.AssetSelection.tag("layer", "core")) | (
    dg.AssetSelection.tag("layer", "staging") & inventory
)


def _job(
    name: str, selection: dg.AssetSelection, description: str
) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name,
        selection=selection,
        description=description,
        # DuckDB locks the file for the process that writes it; measured, steps in one
        # process also cost 40 times less than a process each.
        executor_def=dg.in_process_executor,
    )


collect = _job(
    "collect",
    (landing - by_invoice) | (inventory_models.upstream() - by_invoice - by_day),
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

jobs = [collect, provider_invoices, metering, books]
