"""The ledger of issued documents: invoices and adjustments, with their lines.

Voids are decisions of an operator (`ledger.decisions`). Lines are written before the
header, under the hash of the document's content: only a header makes a document, so a
writer killed in between leaves lines that nobody reads.
"""

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.columns import (
    at,
    cents,
    currency,
    json,
    key,
    number,
    text,
    whole,
)

DOCUMENT_LINES = Contract(
    "ledger.lines",
    "Lines of issued documents, with the names and inputs of that day.",
    (
        key("invoice_id", "The document."),
        key("document_hash", "Content of the document the line belongs to."),
        whole("line_number", "From 1, in order of print.", required=True),
        text("line_key", "What the line is about, the same over revisions."),
        text("line_kind", "What kind of charge.", required=True),
        text("subscription_id", "The subscription; empty = the whole document."),
        text("deployment_id", "The deployment; empty = the whole tenant."),
        text("resource_kind", "Billing kind, tax code or plan."),
        number("quantity", "decimal(20,6)", "How many.", required=True),
        number("unit_price_cents", "decimal(20,8)", "Price of one."),
        cents("amount_cents", "The line's amount.", required=True),
        currency(),
        text("description", "As printed.", required=True),
        at("service_start", "First instant of the service.", required=True),
        at("service_end", "First instant after it.", required=True),
        json("inputs", "What the amount was computed from.", required=True),
    ),
    key=("invoice_id", "document_hash", "line_number"),
    subject="invoices",
    has_provenance=False,
)

DOCUMENTS = Contract(
    "ledger.documents",
    "Issued invoices and adjustments of calendar months; never changed.",
    (
        key("invoice_id", "The document."),
        text("number", "Printed number.", required=True),
        whole("revision", "1, and one more after each void.", required=True),
        text(
            "document_type",
            "What it is.",
            required=True,
            one_of=("invoice", "adjustment"),
        ),
        text("corrects_invoice_id", "The invoice an adjustment corrects."),
        text("tenant_id", "Who owes.", required=True),
        text("tenant_name", "Name on the document.", required=True),
        text("tax_code", "Tax that applied; empty = none."),
        text("cycle", "Which cycle.", required=True, one_of=("calendar",)),
        at("period_start", "First instant.", required=True),
        at("period_end", "First instant after it.", required=True),
        cents("subtotal_cents", "Without tax.", required=True),
        cents("tax_cents", "Tax.", required=True),
        cents("total_cents", "What is owed.", required=True),
        currency(),
        at("issued_at", "When it was issued.", required=True),
        at("due_at", "By when it is to be paid.", required=True),
        text("notes", "What a reader should know: days nobody saw, for one."),
        key("document_hash", "Content of the lines."),
    ),
    key=("invoice_id",),
    subject="invoices",
    has_provenance=False,
)

CONTRACTS: tuple[Contract, ...] = (DOCUMENT_LINES, DOCUMENTS)
