"""The ledger of crossings: each threshold passed, told once per period.

Whether somebody was reached is another matter: `ledger_messages.py`.
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import (
    at,
    cents,
    currency,
    day,
    key,
    number,
    text,
    whole,
)

CROSSINGS = Contract(
    "ledger.crossings",
    "Spend that reached a threshold, with the plan and price it was compared to.",
    (
        key("tenant_id", "Whose spend."),
        key("metric", "What was compared with the plan."),
        day("period_start", "First day of the month, UTC.", required=True),
        whole("threshold_pct", "Per cent of the plan's price.", required=True),
        text("plan_code", "Plan of the period, or 'none'.", required=True),
        cents("plan_price_cents", "Its price of a month.", required=True),
        currency(),
        number("fx_rate", "decimal(18,10)", "Rate used for the spend.", required=True),
        cents("threshold_cents", "What was reached.", required=True),
        cents("spend_cents", "Spend when it was recorded.", required=True),
        cents("projected_cents", "Month end as foreseen then.", required=True),
        at("crossed_at", "When the spend reached the threshold.", required=True),
        text("rate_card", "Where the prices came from.", required=True),
        text("audience", "Who is told.", required=True),
        text("message_id", "The message that tells it.", required=True),
        at("recorded_at", "The run's now.", required=True),
    ),
    key=("tenant_id", "metric", "period_start", "threshold_pct"),
    subject="spend",
    has_provenance=False,
)

CONTRACTS: tuple[Contract, ...] = (CROSSINGS,)
