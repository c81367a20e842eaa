"""Constants of provider bills: product rules, history types, allocation rules."""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import flag, key, text, whole

PRODUCT_KINDS = Contract(
    "ref.product_kinds",
    "What a bill's product is, first match by priority: specific before generic.",
    (
        whole("priority", "Lower is asked first.", required=True),
        text("pattern", "Matched with `product | last parenthesis`.", required=True),
        text("kind", "Resource kind, or what the charge is.", required=True),
        text(
            "charge_category",
            "What sort of money it is.",
            required=True,
            one_of=("usage", "tax", "credit", "adjustment"),
        ),
        text(
            "charge_scope",
            "Whether it is for one resource or for the account.",
            required=True,
            one_of=("resource", "account"),
        ),
        text(
            "name_shape",
            "Where the resource's name stands.",
            required=True,
            one_of=("last_parenthesis", "before_region", "after_dash", "group", "none"),
        ),
    ),
    key=("priority",),
    subject="costs",
    has_seed=True,
)

HISTORY_TYPES = Contract(
    "ref.history_types",
    "Types of entries in the billing history. Unknown types move the balance only.",
    (
        key("type", "The provider's type."),
        flag("affects_cost", "Whether it is a cost of its own.", default="false"),
        flag("affects_balance", "Whether it moves what is owed.", default="true"),
    ),
    key=("type",),
    subject="costs",
    has_seed=True,
)

ALLOCATION_RULES = Contract(
    "ref.allocation_rules",
    "Who bears a line. The rule for its kind wins over the rule for '*'.",
    (
        key("rule", "Name of the rule."),
        text(
            "scope",
            "Which lines.",
            required=True,
            one_of=(
                "tenant",
                "internal",
                "shared",
                "account",
                "tax",
                "rounding",
                "unattributed",
            ),
        ),
        text("kind", "Which kind; '*' = all others.", required=True),
        text(
            "method",
            "keep = the bucket of its scope; else how it is shared out.",
            required=True,
            one_of=("keep", "even", "weighted", "by_cost"),
        ),
        text(
            "fallback",
            "Method when nothing drives the first; then unattributed.",
            one_of=("even", "weighted", "by_cost"),
        ),
        whole("version", "Counts up with each change of the rule.", required=True),
        text("description", "Why so.", required=True),
    ),
    key=("scope", "kind"),
    subject="costs",
    has_seed=True,
)

ALLOCATION_WEIGHTS = Contract(
    "ref.allocation_weights",
    "Weights of deployments for rules that share out by weight.",
    (
        key("tenant_id", "The customer."),
        key("deployment_id", "The deployment."),
        whole("weight", "Its weight.", required=True, rule="weight > 0"),
    ),
    key=("tenant_id", "deployment_id"),
    subject="costs",
    has_seed=True,
)

CONTRACTS: tuple[Contract, ...] = (
    PRODUCT_KINDS,
    HISTORY_TYPES,
    ALLOCATION_RULES,
    ALLOCATION_WEIGHTS,
)
