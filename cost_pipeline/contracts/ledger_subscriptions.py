"""The ledger of claimed subscription items: what went onto which invoice, for ever.

One row is one item, and carries what its invoice needs, so that a writer killed
between two tables can never leave an invoice without its lines.
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import at, cents, currency, key, number, text

CLAIMS = Contract(
    "ledger.claims",
    "Subscription items that an anniversary invoice or a settlement has claimed.",
    (
        key("item_id", "The item; claimed at most once, for ever."),
        text("charge_id", "The charge it is of; corrections share it.", required=True),
        text("tenant_id", "Who pays.", required=True),
        text("resource_id", "The relay.", required=True),
        text("activity_id", "The activity behind it; empty = a renewal."),
        text("plan_code", "The plan charged or credited.", required=True),
        text(
            "item_kind",
            "What it is.",
            required=True,
            one_of=(
                "create",
                "reactivate",
                "deactivate",
                "plan_change",
                "renewal",
                "correction",
            ),
        ),
        cents("amount_cents", "Charge; negative = credit.", required=True),
        currency(),
        at("created_at", "When it arose.", required=True),
        at("service_start", "First instant it pays for.", required=True),
        at("service_end", "First instant after.", required=True),
        text("description", "Words on the invoice.", required=True),
        at("tick_at", "The claim instant, as data.", required=True),
        text("invoice_id", "The invoice; empty = settled at exactly zero."),
        at("period_start", "Start of the period the tick is in.", required=True),
        at("period_end", "End of it.", required=True),
        text("tax_code", "Tax of the tenant at the tick; empty = none."),
        number("tax_rate", "decimal(9,6)", "Its rate then.", required=True),
        at("claimed_at", "The run's now.", required=True),
    ),
    key=("item_id",),
    subject="subscriptions",
    has_provenance=False,
)

CONTRACTS: tuple[Contract, ...] = (CLAIMS,)
