"""Constants of margins: what the provider says its things cost, for the estimate.

What an invoice says is never computed from these; they only hold it to account. Sizes
of droplets bring their own prices (`core/inventory/size_prices.sql`).
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import key, text, whole

PROVIDER_PRICES = Contract(
    "ref.provider_prices",
    "Published prices that an estimate of the bill is made with.",
    (
        key("kind", "Resource kind."),
        text(
            "measure",
            "GB for a month, or a share of the droplet's own price.",
            required=True,
            one_of=("gb_month", "droplet_share"),
        ),
        whole("price_micros", "Price of a GB-month, in millionths."),
        whole("share_pct", "Per cent of the droplet's price.", rule="share_pct > 0"),
        text("source", "Who says so.", required=True),
    ),
    key=("kind",),
    subject="margins",
    has_seed=True,
)

CONTRACTS: tuple[Contract, ...] = (PROVIDER_PRICES,)
