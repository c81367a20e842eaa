"""Constants that are rows: kinds, aliases, rules. One seed file each, loaded as `ref`.

Each subject adds its own tables here when it needs a constant.
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import flag, key, text

CONTRACTS = (
    Contract(
        "ref.kinds",
        "Resource kinds, how they are listed, and what they are billed as.",
        (
            key("kind", "Resource kind."),
            text("listing", "The listing that shows it; empty = only named by URNs."),
            text("billing_kind", "What its usage is metered as; empty = not metered."),
            flag("is_metered_by_size", "Whether size times time is what counts."),
        ),
        key=("kind",),
        subject="inventory",
        has_seed=True,
    ),
    Contract(
        "ref.urn_kinds",
        "What the provider's project URNs call a kind.",
        (
            key("urn_type", "The type in do:<type>:<id>."),
            text("kind", "Our kind.", required=True),
        ),
        key=("urn_type",),
        subject="inventory",
        has_seed=True,
    ),
)
