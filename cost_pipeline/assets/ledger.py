"""The steps that write the ledger: what we tell the world, once and for ever.

Each step is one function of `books/` that appends what is due and not yet written.
Models before it read `raw.ledger_*`, models after it read `ledger.*`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb

from cost_pipeline.assets.groups import LEDGER, OWNERS, WAREHOUSE_POOL
from cost_pipeline.books.alerting import record_crossings
from cost_pipeline.books.claiming import claim_items
from cost_pipeline.books.finals import remember_finals
from cost_pipeline.books.invoicing import issue_headers, issue_lines
from cost_pipeline.books.outbox import deliver, queue_messages
from cost_pipeline.gateways.base import MessageGateway
from cost_pipeline.resources import Warehouse
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.ledger import Written

# A mail server is waited for while the warehouse is locked, so a run delivers a batch
# and leaves the rest to the next tick. A dry run waits for nobody.
A_BATCH, SHOW_ALL = 50, 100_000
APPENDED, DELIVERED = "appended", "delivered"


@dataclass(frozen=True)
class LedgerStep:
    """One ledger table, what is computed before it, and the function that writes it."""

    table: str
    after: tuple[str, ...]
    write: Callable[[duckdb.DuckDBPyConnection, Path | None], Written]
    description: str
    subject: str


STEPS = (
    LedgerStep(
        "lines",
        (
            "core.calendar_drafts",
            "core.calendar_draft_lines",
            "core.doubtful_periods",
            "core.usage_daily",
        ),
        issue_lines,
        "Lines of issued invoices; without a header nobody reads them.",
        "usage",
    ),
    LedgerStep(
        "documents",
        ("ledger.lines",),
        issue_headers,
        "Issued invoices, adjustments and re-issues: what customers were sent.",
        "usage",
    ),
    LedgerStep(
        "claims",
        ("core.item_claims",),
        claim_items,
        "Subscription items that were put on an invoice, each once for ever.",
        "subscriptions",
    ),
    LedgerStep(
        "crossings",
        ("core.spend_crossings",),
        record_crossings,
        "Spend that reached its threshold, each crossing once.",
        "spend",
    ),
    LedgerStep(
        "margin_finals",
        ("core.margin_changes",),
        remember_finals,
        "Margins that were called final, and every correction of them since.",
        "margins",
    ),
    LedgerStep(
        "messages",
        ("core.message_queue",),
        queue_messages,
        "What is to be sent, and to whom; sending it is another row.",
        "messages",
    ),
)


def ledger_asset(step: LedgerStep) -> dg.AssetsDefinition:
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


def delivery_asset() -> dg.AssetsDefinition:
    """Build the asset that delivers what is due, and writes down each attempt."""
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


assets = [decisions_asset(), *map(ledger_asset, STEPS), delivery_asset()]
tables = [
    "ledger.decisions",
    "ledger.deliveries",
    *(f"ledger.{step.table}" for step in STEPS),
]
