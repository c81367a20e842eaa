"""The ledger of final margins: each cell once, and then only what changed.

What a cell is now is SQL (`core/margins/margins.sql`). Rows here say what it was called
final with, and every correction since; they sum to what it is now.
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import (
    at,
    cents,
    currency,
    day,
    key,
    text,
    whole,
)

MARGIN_FINALS = Contract(
    "ledger.margin_finals",
    "Margins that were called final, each with the corrections made to it since.",
    (
        day("month", "First day of the month, UTC.", required=True),
        key("tenant_id", "The tenant or a named value."),
        key("deployment_id", "The deployment or a named value."),
        key("kind", "Resource kind."),
        currency("revenue_currency"),
        currency(),
        whole("revision", "0 = called final; then one more for each correction."),
        cents("delta_revenue_cents", "Change of revenue, report currency."),
        cents("delta_cost_cents", "Change of cost, report currency."),
        cents("delta_revenue_original_cents", "Change of revenue on the documents."),
        whole("delta_cost_micros_usd", "Change of cost as billed, in millionths."),
        text("cost_basis", "The provider's invoices and their versions."),
        text("revenue_basis", "The documents the revenue stands on."),
        at("recorded_at", "The run's now.", required=True),
    ),
    key=(
        "month",
        "tenant_id",
        "deployment_id",
        "kind",
        "revenue_currency",
        "currency",
        "revision",
    ),
    subject="margins",
    has_provenance=False,
)

CONTRACTS: tuple[Contract, ...] = (MARGIN_FINALS,)
