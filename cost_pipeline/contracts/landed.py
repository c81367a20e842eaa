"""What the landing becomes in the warehouse: receipts, observations, quarantine."""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import at, flag, json, key, text, whole

QUARANTINE = Contract(
    "raw.quarantine",
    "Rows set aside: what they said, where they stood, why they were not used.",
    (
        key("table_name", "The table the row was meant for."),
        key("source_file", "SHA-256 of the landed file."),
        whole("source_row", "Row in that file.", required=True),
        text("reason", "What is wrong with it.", required=True),
        text("raw_text", "The row as it came, cut to 2,000 characters."),
    ),
    key=("table_name", "source_file", "source_row", "reason"),
    subject="quality",
    has_provenance=False,
)

RECEIPTS = Contract(
    "raw.receipts",
    "Every sync: what was asked, when, and whether the answer was whole.",
    (
        key("account", "Provider account, as in resource ids: do:main."),
        key("kind", "What was asked for."),
        text("subject", "Which one, where there are many.", required=True),
        at("received_at", "The run's now.", required=True),
        text("sha256", "Content of the answer; empty when incomplete.", required=True),
        text("suffix", "Suffix of the landed file.", required=True),
        whole("items", "How many resources it names.", required=True),
        flag("is_complete", "Whether it may be read as the truth.", default="false"),
        text("problem", "What was wrong, if it was not complete."),
        text("request_ids", "The provider's request ids, where something was wrong."),
        json("missing", "Ids asked for one by one, and what came back."),
        text(
            "verdict",
            "Whether history follows it; pending = not yet compared with the last.",
            required=True,
            one_of=("accepted", "held", "incomplete", "pending"),
        ),
    ),
    key=("account", "kind", "subject", "received_at"),
    subject="inventory",
    has_provenance=False,
)

OBSERVATIONS = Contract(
    "raw.observations",
    "Changes between accepted listings: a resource appeared, changed or was missing.",
    (
        key("account", "Provider account, as in resource ids: do:main."),
        key("kind", "The listing."),
        key("provider_id", "The provider's id."),
        at(
            "observed_at", "The run's now of the listing that showed it.", required=True
        ),
        json("document", "The resource as landed; null = not in the listing."),
        text("source_file", "SHA-256 of the landed listing.", required=True),
        whole("source_row", "Line in that listing; 0 = absent.", required=True),
    ),
    key=("account", "kind", "provider_id", "observed_at"),
    subject="inventory",
    has_provenance=False,
)

CONTRACTS = (QUARANTINE, RECEIPTS, OBSERVATIONS)
