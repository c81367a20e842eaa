"""The steps that write the ledger: what we tell the world, once and for ever.

Each step is one function of `warehouse/` that appends what is due and not yet written.
Models before it read `raw.ledger_*`, models after it read `ledger.*`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb

from cost_pipeline.assets.groups import LEDGER, OWNERS, WAREHOUSE_POOL
from cost_pipeline.resources import Warehouse
from cost_pipeline.warehouse.ledger import Written

APPENDED = "appended"


@dataclass(frozen=True)
class Step:
    """One ledger table, what is computed before it, and the function that writes it."""

    table: str
    after: tuple[str, ...]
    write: Callable[[duckdb.DuckDBPyConnection, Path | None], Written]
    description: str
    subject: str


STEPS: tuple[Step, ...] = ()


def ledger_asset(step: Step) -> dg.AssetsDefinition:
    """Build the asset of one ledger table."""
    key = dg.AssetKey(["ledger", step.table])

    @dg.asset(
        key=key,
        deps=[dg.AssetKey(table.split(".")) for table in step.after],
        group_name=LEDGER,
        description=step.description,
        kinds={"duckdb", "python"},
        owners=OWNERS,
        tags={"subject": step.subject, "layer": "ledger"},
        pool=WAREHOUSE_POOL,
        check_specs=[dg.AssetCheckSpec(APPENDED, asset=key, blocking=True)],
    )
    def append(warehouse: Warehouse) -> dg.MaterializeResult:
        written = step.write(warehouse.connection, warehouse.segments)
        return dg.MaterializeResult(
            metadata={"rows_new": written.new, "rows_known": written.known},
            check_results=[dg.AssetCheckResult(passed=True, check_name=APPENDED)],
        )

    return append


def decisions_asset() -> dg.AssetsDefinition:
    """What operators decided; written by their commands and jobs, counted here."""
    key = dg.AssetKey(["ledger", "decisions"])

    @dg.asset(
        key=key,
        group_name=LEDGER,
        description="What operators decided, in the order they decided it.",
        kinds={"duckdb"},
        owners=OWNERS,
        tags={"subject": "decisions", "layer": "ledger"},
        pool=WAREHOUSE_POOL,
        check_specs=[dg.AssetCheckSpec(APPENDED, asset=key)],
    )
    def decisions(warehouse: Warehouse) -> dg.MaterializeResult:
        found = warehouse.connection.execute("select count(*) from ledger.decisions")
        return dg.MaterializeResult(
            metadata={"dagster/row_count": found.fetchall()[0][0]},
            check_results=[dg.AssetCheckResult(passed=True, check_name=APPENDED)],
        )

    return decisions


assets = [decisions_asset(), *map(ledger_asset, STEPS)]
tables = ["ledger.decisions", *(f"ledger.{step.table}" for step in STEPS)]
