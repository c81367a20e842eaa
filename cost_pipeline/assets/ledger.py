"""The steps that write the ledger: what we tell the world, once and for ever.

Each step is one function of `books/` that appends what is due and not yet written.
Models before it read `raw.ledger_*`, models after it read `ledger.*`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cost_pipeline.books.alerting import record_crossings
from cost_pipeline.books.claiming import claim_items
from cost_pipeline.books.finals import remember_finals
from cost_pipeline.books.invoicing import issue_headers, issue_lines
from cost_pipeline.books.outbox import queue_messages
from cost_pipeline.storage.ledger import Written


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
        "Issued invoices, adjustments and re-issues: what customers were told.",
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
        ("core.crossing_messages", "core.leak_messages"),
        queue_messages,
        "What is to be told, and to whom; telling it is another row.",
        "messages",
    ),
)


# What each table stands on, and what it is, for who looks at the graph.
WRITTEN: dict[str, tuple[tuple[str, ...], str]] = {
    **{step.table: (step.after, step.description) for step in STEPS},
    "deliveries": (
        ("ledger.messages",),
        "Every attempt to deliver a message, and what came of it.",
    ),
    "decisions": ((), "What operators decided, in the order they decided it."),
}
