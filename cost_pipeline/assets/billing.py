"""What the provider bills, landed as it came: balance, history, index, invoices, rates.

An invoice's summary, items and lines are one partition. A fault at the provider is a
failed check and never an exception, so that one bad invoice stops only itself.
"""

from collections.abc import Callable
from datetime import datetime

import dagster as dg

from cost_pipeline.assets.check_results import problem_result
from cost_pipeline.assets.groups import FETCH_FIRST, LANDING, OWNERS
from cost_pipeline.assets.listings import COMPLETE, receipt_result
from cost_pipeline.automation.partitions import INVOICES
from cost_pipeline.fetch.accepted_invoices import not_accepted, refused_invoices
from cost_pipeline.fetch.invoices import (
    land_balance,
    land_history,
    land_index,
    land_invoices,
    uuids_of,
)
from cost_pipeline.fetch.listings import account_of
from cost_pipeline.fetch.rates import land_rates
from cost_pipeline.providers.base import Provider
from cost_pipeline.settings import Settings
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.receipts import Receipt

Land = Callable[[Provider, Landing, datetime], Receipt]
RATES_KEY = dg.AssetKey(["landing", "fx_rates"])
OPTIONAL = "warning: "
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
INVOICES_KEY = dg.AssetKey(["landing", "do_invoice_files"])

# Name, function, subject of the job that asks, words in the UI.
ANSWERS: tuple[tuple[str, Land, str, str], ...] = (
    (
        "do_balance",
        land_balance,
        "balance_sync",
        "What is owed now; hourly, for the running month.",
    ),
    (
        "do_billing_history",
        land_history,
        "billing_sync",
        "Invoices, payments, credits and refunds of the account.",
    ),
    (
        "do_invoices",
        land_index,
        "billing_sync",
        "The index of invoices, with the month each is for.",
    ),
)


def answer_asset(
    name: str, land: Land, subject: str, words: str
) -> dg.AssetsDefinition:
    """Build the landing asset of one answer about bills."""
    key = ["landing", name]

    @dg.asset(
        key=key,
        group_name=LANDING,
        description=words,
        kinds={"python", "json"},
        owners=OWNERS,
        tags={"subject": subject, "layer": "landing"},
        op_tags=FETCH_FIRST,
        check_specs=[dg.AssetCheckSpec(COMPLETE, asset=key)],
    )
    def sync(
        provider: dg.ResourceParam[Provider],
        landing: dg.ResourceParam[Landing],
        clock: dg.ResourceParam[RunClock],
    ) -> dg.MaterializeResult:
        return receipt_result(key, land(provider, landing, clock.now))

    return sync


@dg.asset(
    key=RATES_KEY,
    group_name=LANDING,
    description="Euro reference rates of the central bank, all days since 1999.",
    kinds={"csv"},
    owners=OWNERS,
    tags={"subject": "billing_sync", "layer": "landing"},
    op_tags=FETCH_FIRST,
    check_specs=[dg.AssetCheckSpec(COMPLETE, asset=RATES_KEY)],
)
def fx_rates(
    rates: dg.ResourceParam[Callable[[], bytes]],
    landing: dg.ResourceParam[Landing],
    clock: dg.ResourceParam[RunClock],
) -> dg.MaterializeResult:
    """Land the history file as it came."""
    receipt = land_rates(rates, landing, clock.now)
    return receipt_result(list(RATES_KEY.path), receipt)


@dg.asset(
    key=INVOICES_KEY,
    deps=[["landing", "do_invoices"]],
    group_name=LANDING,
    description="Lines, items and summary of each invoice, once for each version.",
    kinds={"csv", "json"},
    owners=OWNERS,
    tags={"subject": "provider_invoices", "layer": "landing"},
    op_tags=FETCH_FIRST,
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


assets = [*(answer_asset(*answer) for answer in ANSWERS), fx_rates, do_invoice_files]
keys = [*(asset.key for asset in assets if asset.key != INVOICES_KEY)]
