"""Receipts and observations: what the landing says, in the warehouse.

Both are loaded in proportion to what is new; a corrupt landed file stops them with its
name and leaves what was loaded before.
"""

import dagster as dg

from cost_pipeline.assets import listings
from cost_pipeline.assets.groups import OWNERS, RAW, WAREHOUSE_POOL, first_line
from cost_pipeline.checks.results import check_result
from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.landed import OBSERVATIONS, QUARANTINE, RECEIPTS
from cost_pipeline.resources import Warehouse
from cost_pipeline.warehouse.checking import broken_rules
from cost_pipeline.warehouse.inventory import load_observations, load_receipts
from cost_pipeline.warehouse.landing import Landing

CONTRACT = "contract"
KEYS = {c.table: dg.AssetKey(c.table.split(".")) for c in (RECEIPTS, OBSERVATIONS)}


def landed_asset(
    contract: Contract, deps: list[dg.AssetKey], *, is_receipts: bool
) -> dg.AssetsDefinition:
    """Build the asset of one table that is loaded from the landing."""
    key = KEYS[contract.table]
    load = load_receipts if is_receipts else load_observations

    @dg.asset(
        key=key,
        deps=deps,
        group_name=RAW,
        description=first_line(contract.description),
        kinds={"duckdb", "json"},
        owners=OWNERS,
        tags={"subject": "inventory", "layer": "raw"},
        pool=WAREHOUSE_POOL,
        check_specs=[dg.AssetCheckSpec(CONTRACT, asset=key, blocking=True)],
    )
    def table(
        warehouse: Warehouse, landing: dg.ResourceParam[Landing]
    ) -> dg.MaterializeResult:
        connection = warehouse.connection
        rows_new = load(connection, landing)
        broken = broken_rules(connection, contract)
        return dg.MaterializeResult(
            metadata={"rows_new": rows_new},
            check_results=[check_result(key.path, CONTRACT, broken)],
        )

    return table


def quarantine_asset(deps: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The one table of rows set aside, filled by whoever loads a file."""
    key = dg.AssetKey(QUARANTINE.table.split("."))

    @dg.asset(
        key=key,
        deps=deps,
        group_name=RAW,
        description=first_line(QUARANTINE.description),
        kinds={"duckdb"},
        owners=OWNERS,
        tags={"subject": "quality", "layer": "raw"},
        pool=WAREHOUSE_POOL,
        check_specs=[dg.AssetCheckSpec(CONTRACT, asset=key)],
    )
    def quarantine(warehouse: Warehouse) -> dg.MaterializeResult:
        connection = warehouse.connection
        found = connection.execute("select count(*) from raw.quarantine").fetchall()
        broken = broken_rules(connection, QUARANTINE)
        return dg.MaterializeResult(
            metadata={"dagster/row_count": found[0][0]},
            check_results=[check_result(key.path, CONTRACT, broken)],
        )

    return quarantine


receipts = landed_asset(RECEIPTS, [*listings.keys], is_receipts=True)
observations = landed_asset(OBSERVATIONS, [receipts.key], is_receipts=False)
