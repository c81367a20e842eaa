"""The provider's invoices, landed as they came, one partition each.

An invoice's summary, items and lines are one partition. A fault at the provider is a
failed check and never an exception, so that one bad invoice stops only itself.
"""

import dagster as dg

from cost_pipeline.assets.check_results import problem_result
from cost_pipeline.assets.fetched import COMPLETE
from cost_pipeline.assets.groups import LANDING, OWNERS
from cost_pipeline.automation.partitions import INVOICES
from cost_pipeline.fetch.accepted_invoices import not_accepted, refused_invoices
from cost_pipeline.fetch.invoices import (
    land_invoices,
    uuids_of,
)
from cost_pipeline.fetch.listings import account_of
from cost_pipeline.providers.base import Provider
from cost_pipeline.settings import Settings
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.landing import Landing

OPTIONAL = "warning: "
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
INVOICES_KEY = dg.AssetKey(["landing", "do_invoice_files"])


@dg.asset(
    key=INVOICES_KEY,
    deps=[["landing", "do_invoices"]],
    group_name=LANDING,
    description="Lines, items and summary of each invoice, once for each version.",
    kinds={"csv", "json"},
    owners=OWNERS,
    tags={"subject": "provider_invoices", "layer": "landing"},
    partitions_def=INVOICES,
    backfill_policy=dg.BackfillPolicy.single_run(),
    check_specs=[dg.AssetCheckSpec(COMPLETE, asset=INVOICES_KEY)],
)
def do_invoice_files(
    context: dg.AssetExecutionContext,
    provider: dg.ResourceParam[Provider],
    landing: dg.ResourceParam[Landing],
    clock: dg.ResourceParam[RunClock],
) -> dg.MaterializeResult:
    """Fetch the invoices of a range that are not accepted yet, a few at a time."""
    account, published = account_of(provider), Settings.load().published_path
    named = uuids_of(landing, account, context.partition_keys, clock.now)
    uuids = not_accepted(landing, account, named, published, clock.now)
    refused = refused_invoices(published)
    problems = land_invoices(provider, landing, uuids, clock.now, refused=refused)
    result = problem_result(list(INVOICES_KEY.path), COMPLETE, None)
    faults = [text for text in problems if not text.startswith(OPTIONAL)]
    if problems:
        shown = (faults or problems)[0].removeprefix(OPTIONAL)
        result = dg.AssetCheckResult(
            asset_key=INVOICES_KEY,
            check_name=COMPLETE,
            passed=False,
            # Old invoices have no summary or items, and their file is enough.
            severity=ERROR if faults else WARN,
            description=f"{len(faults) or len(problems)} parts are missing: {shown}",
        )
    return dg.MaterializeResult(
        metadata={
            "invoices": len(uuids),
            "accepted_already": len(named) - len(uuids),
            "parts_missing": len(problems),
        },
        check_results=[result],
    )
