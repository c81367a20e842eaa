"""The steps that write the ledger: what we tell the world, once and for ever.

A step appends what a query of `dbt_like_sql/ledger/` says is due. Models before it read
the ledger as `staging.prior_*`, models after it as `staging.*`.
"""

from collections.abc import Iterable

import dagster as dg

from cost_pipeline.assets.groups import LEDGER, OWNERS, WAREHOUSE_POOL, first_line
from cost_pipeline.books.ledger_tables import (
    append_due,
    contract_of,
    count_due,
    told_later,
)
from cost_pipeline.books.outbox import deliver
from cost_pipeline.gateways.base import MessageGateway
from cost_pipeline.models.model import Model, all_models
from cost_pipeline.resources import Warehouse
from cost_pipeline.storage.connection import RunClock

# A mail server is waited for while the warehouse is locked, so a run delivers a batch
# and leaves the rest to the next tick. A dry run waits for nobody.
A_BATCH, SHOW_ALL = 50, 100_000
APPENDED, DELIVERED = "appended", "delivered"


def ledger_asset(model: Model, known: set[str]) -> dg.AssetsDefinition:
    """Build the asset of one ledger table."""
    key = dg.AssetKey(model.key)

    @dg.asset(
        key=key,
        deps=[
            dg.AssetKey(table.split(".")) for table in model.upstream if table in known
        ],
        group_name=LEDGER,
        description=first_line(model.description),
        kinds={"duckdb", "sql"},
        owners=OWNERS,
        tags={"subject": contract_of(model).subject, "layer": model.layer},
        pool=WAREHOUSE_POOL,
        check_specs=[dg.AssetCheckSpec(APPENDED, asset=key, blocking=True)],
    )
    def append(warehouse: Warehouse) -> dg.MaterializeResult:
        connection = warehouse.connection
        reason = told_later(connection)
        if reason is not None:
            return dg.MaterializeResult(
                metadata={"rows_held_back": count_due(connection, model)},
                check_results=[held_back(APPENDED, reason)],
            )
        written = append_due(connection, model, warehouse.segments)
        return dg.MaterializeResult(
            metadata={"rows_new": written.new, "rows_known": written.known},
            check_results=[dg.AssetCheckResult(passed=True, check_name=APPENDED)],
        )

    return append


def held_back(check: str, reason: str) -> dg.AssetCheckResult:
    """A run as of the past is no fault, but nobody should wonder what it told."""
    return dg.AssetCheckResult(
        passed=False,
        check_name=check,
        severity=dg.AssetCheckSeverity.WARN,
        description=reason,
    )


def delivery_asset() -> dg.AssetsDefinition:
    """Build the asset that tells what is to be told, and writes down each attempt."""
    key = dg.AssetKey(["ledger", "deliveries"])

    @dg.asset(
        key=key,
        deps=[["ledger", "messages"]],
        group_name=LEDGER,
        description="Every attempt to deliver a message, and what came of it.",
        kinds={"duckdb", "python"},
        owners=OWNERS,
        tags={"subject": "messages", "layer": "ledger"},
        pool=WAREHOUSE_POOL,
        check_specs=[dg.AssetCheckSpec(DELIVERED, asset=key)],
    )
    def deliver_due(
        warehouse: Warehouse,
        messages: dg.ResourceParam[MessageGateway],
        clock: dg.ResourceParam[RunClock],
    ) -> dg.MaterializeResult:
        reason = told_later(warehouse.connection)
        if reason is not None:
            return dg.MaterializeResult(check_results=[held_back(DELIVERED, reason)])
        limit = SHOW_ALL if messages.is_dry_run else A_BATCH
        done = deliver(
            warehouse.connection, warehouse.segments, messages, clock.now, limit=limit
        )
        problem = f"{done.failed} not delivered: {done.last_error}"
        return dg.MaterializeResult(
            metadata={
                "messages_sent": done.sent,
                "messages_shown": done.shown,
                "messages_failed": done.failed,
            },
            check_results=[
                dg.AssetCheckResult(
                    passed=not done.failed,
                    check_name=DELIVERED,
                    # It is tried again by itself; the money is not wrong.
                    severity=dg.AssetCheckSeverity.WARN,
                    description=problem if done.failed else None,
                )
            ],
        )

    return deliver_due


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


def appended() -> list[Model]:
    """The models whose rows are told, in the order in which they may be written."""
    return [model for model in all_models().values() if model.is_append]


def ledger_assets(other_tables: Iterable[str]) -> list[dg.AssetsDefinition]:
    """All tables of the ledger; `other_tables` are the assets that no model makes."""
    known = {*other_tables, *all_models()}
    written = [ledger_asset(model, known) for model in appended()]
    return [decisions_asset(), *written, delivery_asset()]


tables = ["ledger.decisions", "ledger.deliveries"]
