"""Constants of spend alerts: thresholds, statuses that accrue, cards, retry waits.

What a machine costs is `raw.instance_rates` in `catalog.py`; what is here says how a
card is read, held to published prices and compared with a plan.
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import cents, currency, flag, key, text, whole

CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "ref.spend_thresholds",
        "From which share of the plan's price on spend is told, and to whom.",
        (
            key("metric", "What is compared with the plan."),
            whole(
                "threshold_pct",
                "Per cent of the plan's price.",
                required=True,
                rule="threshold_pct > 0",
            ),
            whole(
                "floor_cents",
                "The threshold of a plan that costs nothing.",
                required=True,
                rule="floor_cents > 0",
            ),
            currency("floor_currency"),
            text(
                "audience",
                "Who is told; what we pay a provider is not a customer's affair.",
                required=True,
                one_of=("owner", "operator"),
            ),
        ),
        key=("metric", "threshold_pct"),
        subject="spend",
        has_seed=True,
    ),
    Contract(
        "ref.accruing_statuses",
        "In which statuses a hosted machine costs money.",
        (
            key("status", "Status as the platform writes it."),
            flag("is_accruing", "Whether time in it costs.", default="false"),
            flag(
                "is_accruing_without_history",
                "Whether a machine seen only in it is taken to have run all along.",
                default="false",
            ),
        ),
        key=("status",),
        subject="spend",
        has_seed=True,
    ),
    Contract(
        "ref.rate_cards",
        "Cards in use, their currency, and what an unknown machine is taken for.",
        (
            key("rate_card", "The price list."),
            currency(),
            text(
                "fallback_instance_type",
                "Type whose price an unknown type is given: too high rather than none.",
                required=True,
            ),
        ),
        key=("rate_card",),
        subject="spend",
        has_seed=True,
    ),
    Contract(
        "ref.rate_units",
        "How often a price's unit of time goes into 420 days, so that sums stay whole.",
        (
            whole("per_seconds", "Unit of a price.", required=True),
            whole("per_common", "36,288,000 by it.", required=True),
        ),
        key=("per_seconds",),
        subject="spend",
        has_seed=True,
    ),
    Contract(
        "ref.published_prices",
        "What a month costs by the provider's own page, to catch a wrong card.",
        (
            key("instance_type", "The machine type."),
            cents("monthly_cents", "Published price of a month.", required=True),
            whole("month_seconds", "Seconds of that month.", required=True),
            currency(),
            whole("tolerance_pct", "How far a card may be off.", required=True),
            text("source", "Where it was read.", required=True),
        ),
        key=("instance_type",),
        subject="spend",
        has_seed=True,
    ),
    Contract(
        "ref.retry_waits",
        "How long to wait after so many failed deliveries; the last holds for more.",
        (
            whole("failures", "Failures so far.", required=True),
            whole("wait_seconds", "Wait until the next try.", required=True),
        ),
        key=("failures",),
        subject="messages",
        has_seed=True,
    ),
)
