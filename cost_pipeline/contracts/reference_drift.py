"""Constants of drift: how a field is compared, and how old a listing may be."""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import key, text, whole

DRIFT_COMPARATORS = Contract(
    "ref.drift_comparators",
    "How a field is compared when loosely is not right; all others are loose.",
    (
        key("kind", "Resource kind."),
        key("field", "Field of the spec."),
        text(
            "comparator",
            "text: texts keep their spelling; ordered, multiset: the field's list.",
            required=True,
            one_of=("loose", "text", "multiset", "ordered"),
        ),
    ),
    key=("kind", "field"),
    subject="drift",
    has_seed=True,
)

DRIFT_LIMITS = Contract(
    "ref.drift_limits",
    "How old a listing may be before its resources are skipped.",
    (
        key("name", "The limit."),
        whole("seconds", "In seconds.", required=True, rule="seconds > 0"),
    ),
    key=("name",),
    subject="drift",
    has_seed=True,
)

CONTRACTS: tuple[Contract, ...] = (DRIFT_COMPARATORS, DRIFT_LIMITS)
