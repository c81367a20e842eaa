"""Constants of metering: what counts as usage of what, and in which units.

Prices and allowances are the catalog's (`catalog.py`).
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import flag, key, text, whole

BILLING_KINDS = Contract(
    "ref.billing_kinds",
    "What is metered, its name on documents, and the whole units it is counted in.",
    (
        key("billing_kind", "What is measured."),
        text("name", "Name on documents.", required=True),
        text("unit", "Unit that people read.", required=True),
        text(
            "base_unit",
            "Unit that is counted, always in whole numbers.",
            required=True,
            one_of=("second", "micro_gb_second", "millionth"),
        ),
        whole(
            "base_per_unit",
            "Base units that make one unit, or one unit for a second.",
            required=True,
            rule="base_per_unit > 0",
        ),
        flag(
            "is_month_share",
            "Whether one unit lasts a month, so that its seconds divide too.",
            default="false",
        ),
    ),
    key=("billing_kind",),
    subject="usage",
    has_seed=True,
)

METERING_RULES = Contract(
    "ref.metering_rules",
    "Which resources are metered as what, and in which states they count.",
    (
        key("kind", "Resource kind."),
        key("billing_kind", "What its usage is."),
        text(
            "measure",
            "Whether time counts alone or times the size.",
            required=True,
            one_of=("time", "size_time"),
        ),
        text("counted_status", "The state that counts; * = every.", required=True),
    ),
    key=("kind", "billing_kind"),
    subject="usage",
    has_seed=True,
)

CONTRACTS: tuple[Contract, ...] = (BILLING_KINDS, METERING_RULES)
