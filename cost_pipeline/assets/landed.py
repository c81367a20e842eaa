"""What the landing says, in the warehouse: receipts, observations, bills, rates.

All of it is loaded in proportion to what is new. A corrupt landed file stops its step
with its name and leaves what was loaded before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import duckdb

from cost_pipeline.assets import billing, listings
from cost_pipeline.assets.check_results import check_result
from cost_pipeline.assets.groups import WAREHOUSE_POOL
from cost_pipeline.assets.platform import CONTRACT, check_of, spec_of
from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.billing import CONTRACTS as BILLING
from cost_pipeline.contracts.billing import LINES
from cost_pipeline.contracts.landed import OBSERVATIONS, QUARANTINE, RECEIPTS
from cost_pipeline.load.billing import load_billing
from cost_pipeline.load.invoice_lines import load_invoice_lines
from cost_pipeline.load.observations import load_observations
from cost_pipeline.load.rates import load_rates
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.models.rules import broken_rules
from cost_pipeline.resources import Warehouse
from cost_pipeline.storage.landing import Landing

Load = Callable[[duckdb.DuckDBPyConnection, Landing], object]


@dataclass(frozen=True)
class LoadStep:
    """Tables that one function loads, and what must have been landed or loaded."""

    name: str
    contracts: Sequence[Contract]
    load: Load
    deps: Sequence[dg.AssetKey]
    kinds: frozenset[str] = frozenset({"duckdb", "json"})


def key_of(contract: Contract) -> dg.AssetKey:
    return dg.AssetKey(contract.table.split("."))


def nothing(connection: duckdb.DuckDBPyConnection, landing: Landing) -> int:
    """Quarantine is filled by whoever loads a file; here it is only counted."""
    del connection, landing
    return 0


def load_bills(connection: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Load what is new of bills and rates, all of it from landed files."""
    load_billing(connection, landing)
    load_invoice_lines(connection, landing)
    load_rates(connection, landing)


STEPS = (
    LoadStep("receipts", [RECEIPTS], load_receipts, [*listings.keys, *billing.keys]),
    LoadStep("observations", [OBSERVATIONS], load_observations, [key_of(RECEIPTS)]),
    LoadStep(
        "bills", BILLING, load_bills, [key_of(RECEIPTS)], frozenset({"duckdb", "csv"})
    ),
    LoadStep(
        "quarantine", [QUARANTINE], nothing, [key_of(OBSERVATIONS), key_of(LINES)]
    ),
)


def landed_assets(step: LoadStep) -> dg.AssetsDefinition:
    """Build the assets of one loading step, one for each table."""

    @dg.multi_asset(
        name=f"load_{step.name}",
        specs=[spec_of(c, set(step.kinds), step.deps) for c in step.contracts],
        check_specs=[check_of(contract) for contract in step.contracts],
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def load(
        context: dg.AssetExecutionContext,
        warehouse: Warehouse,
        landing: dg.ResourceParam[Landing],
    ) -> Iterator[dg.MaterializeResult]:
        connection = warehouse.connection
        for contract in step.contracts:
            connection.execute(contract.ddl())
        step.load(connection, landing)
        for contract in step.contracts:
            if key_of(contract) not in context.selected_asset_keys:
                continue
            broken = broken_rules(connection, contract)
            key = key_of(contract)
            yield dg.MaterializeResult(
                asset_key=key,
                metadata=count_of(connection, contract),
                check_results=[check_result(key.path, CONTRACT, broken)],
            )

    return load


def count_of(
    connection: duckdb.DuckDBPyConnection, contract: Contract
) -> dict[str, Any]:
    found = connection.execute(f"select count(*) from {contract.table}").fetchall()
    return {"dagster/row_count": found[0][0]}


assets = [landed_assets(step) for step in STEPS]
tables = [contract.table for step in STEPS for contract in step.contracts]
