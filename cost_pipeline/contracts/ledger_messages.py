"""The ledger of messages: what was to be sent, and each attempt to send it.

A message is a row of its own, so that a mail server that is down loses nothing: what
has no `sent` attempt is still due.
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import at, json, key, text, whole

OUTCOMES = ("attempting", "sent", "failed", "unknown", "dry_run", "skipped")

MESSAGES = Contract(
    "ledger.messages",
    "What is to be sent to whom; the text is made from the data when it is sent.",
    (
        key("message_id", "Derived from what the message is about."),
        text("kind", "Which wording.", required=True),
        text("recipient", "An address, or 'operator'.", required=True),
        text("tenant_id", "Whom it concerns, or 'unattributed'.", required=True),
        text("skip_reason", "Why it is not to be sent; empty = send.", required=True),
        json("data", "The facts the text is made of.", required=True),
        at("created_at", "The run's now.", required=True),
    ),
    key=("message_id",),
    subject="messages",
    has_provenance=False,
)

DELIVERY_ATTEMPTS = Contract(
    "ledger.deliveries",
    "Attempts: one row before the server is called, one with the outcome after.",
    (
        key("message_id", "The message."),
        whole("attempt", "Counts up within the message.", required=True),
        text("outcome", "What came of it.", required=True, one_of=OUTCOMES),
        text("error", "What the server or we said.", required=True),
        at("next_try_at", "Not before this instant; empty = no wait."),
        text("provider_message_id", "What the server calls it.", required=True),
        at("happened_at", "The delivering run's now.", required=True),
    ),
    key=("message_id", "attempt", "outcome"),
    subject="messages",
    has_provenance=False,
)

CONTRACTS: tuple[Contract, ...] = (MESSAGES, DELIVERY_ATTEMPTS)
