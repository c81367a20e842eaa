"""Constants of credits: unit costs and tier prices."""

from cost_pipeline.contracts.base import Column, Contract
from cost_pipeline.contracts.columns import currency, day, key, price

CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "ref.credit_backend_costs",
        "What one credit costs us by backend; hardware is paid through its invoices.",
        (
            key("backend", "What answered."),
            Column(
                "unit_cost_micros",
                "bigint",
                "Cost of one credit, in millionths.",
                True,
                rule="unit_cost_micros >= 0",
            ),
            currency(),
            # Usage is kept by calendar month, so a cost cannot change inside one.
            Column(
                "effective_from",
                "date",
                "First day of the month from which it holds.",
                True,
                rule="day(effective_from) = 1",
            ),
        ),
        key=("backend", "effective_from"),
        subject="credits",
        has_seed=True,
    ),
    Contract(
        "ref.credit_tier_prices",
        "What a paid tier earns for each period; a tier not named earns nothing.",
        (
            key("tier", "The tier."),
            price("price_cents", "Price of one period."),
            currency(),
            day("effective_from", "First day on which it holds.", required=True),
        ),
        key=("tier", "effective_from"),
        subject="credits",
        has_seed=True,
    ),
)
