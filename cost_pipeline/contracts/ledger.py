"""The ledger: what we told the world or a person decided. Append-only.

`batch` and `written_at` are added by the writer; `input_hash` is part of each row, so
that the same key with other content is an error and never a silent skip.
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import at, json, key, text

DECISIONS = Contract(
    "ledger.decisions",
    "What an operator decided.",
    (
        key("decision_id", "Derived from what was decided."),
        text(
            "decision",
            "Which decision.",
            required=True,
            one_of=(
                "accept-drift",
                "publish-plan-version",
                "void-invoice",
                "confirm-shrink",
                "classify-resource",
            ),
        ),
        text("subject_id", "What it is about.", required=True),
        json("details", "What was shown or given when it was decided.", required=True),
        at("decided_at", "The run's now.", required=True),
    ),
    key=("decision_id",),
    subject="decisions",
    has_provenance=False,
)

CONTRACTS: tuple[Contract, ...] = (DECISIONS,)
