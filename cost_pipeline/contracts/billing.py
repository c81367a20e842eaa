"""What the provider bills: balance, history, invoices, lines, exchange rates.

Rows come from landed files, each loaded once; when a file was received says
`raw.receipts`. How an amount or a date is read is `load/invoice_format.py`.
"""

from cost_pipeline.contracts.base import Column, Contract
from cost_pipeline.contracts.columns import (
    at,
    day,
    flag,
    json,
    key,
    number,
    text,
    whole,
)


def micros(name: str, description: str, *, required: bool = True) -> Column:
    """Money of the provider, in millionths."""
    return whole(name, f"{description} In millionths.", required=required)


ACCOUNT = key("account", "Provider account, as in resource ids: do:main.")

FILES = Contract(
    "raw.billing_files",
    "Landed files of billing, and what became of their rows.",
    (
        ACCOUNT,
        key("kind", "What was asked for."),
        key("subject", "Which invoice; empty where there is only one."),
        key("sha256", "Content of the file."),
        whole("rows_read", "Rows in the file.", required=True),
        whole("rows_quarantined", "Rows set aside.", required=True),
        text("problem", "Why the whole file was refused; empty = it was read."),
    ),
    key=("account", "kind", "subject", "sha256"),
    subject="costs",
    has_provenance=False,
)

BALANCES = Contract(
    "raw.balances",
    "What the provider says is owed, as often as it was asked.",
    (
        ACCOUNT,
        at("generated_at", "The provider's own time.", required=True),
        micros("month_to_date_usage_micros", "Usage of the running month."),
        micros("month_to_date_balance_micros", "Usage and what was owed before."),
        micros("account_balance_micros", "What was owed before this month."),
    ),
    key=("account", "source_file"),
    subject="costs",
)

HISTORY = Contract(
    "raw.billing_history",
    "Entries of the account's history; the newest listing is the whole of it.",
    (
        ACCOUNT,
        key("entry_id", "Hash of date, type, amount and description, and a number."),
        at("occurred_at", "When it was entered.", required=True),
        text("entry_type", "Invoice, Payment, Refund, ...", required=True),
        micros("amount_micros", "Positive = owed."),
        text("description", "The provider's words."),
        text("invoice_uuid", "Which invoice, for entries of one."),
    ),
    key=("account", "source_file", "entry_id"),
    subject="costs",
)

HEADERS = Contract(
    "raw.invoice_headers",
    "Invoices as the provider's index lists them, one row per index and invoice.",
    (
        ACCOUNT,
        key("invoice_uuid", "The invoice."),
        text("invoice_id", "The number people see."),
        text("period", "Month billed: 2026-04.", required=True),
        micros("amount_micros", "Total."),
        flag("is_preview", "Whether the month still runs.", default="false"),
        at("updated_at", "When a preview was computed."),
    ),
    key=("account", "source_file", "invoice_uuid"),
    subject="costs",
)

LINES = Contract(
    "raw.invoice_lines",
    "Rows of invoice files that can be read; a version is a file's content.",
    (
        key("invoice_uuid", "The invoice."),
        key("version", "SHA-256 of the CSV."),
        whole("line_number", "Row in the file, the first data row being 1."),
        text("product", "The provider's product."),
        text("group_description", "What groups the line, as a cluster's name."),
        text("description", "The provider's words, with the resource's name."),
        text("hours", "Hours, or the number of backups; as it came."),
        text("project_name", "The provider's project."),
        text("category", "iaas, paas, ..."),
        at("start_at", "Start; empty = not stated."),
        at("end_at", "End; empty = not stated."),
        micros("amount_micros", "The amount."),
    ),
    key=("invoice_uuid", "version", "line_number"),
    subject="costs",
    has_provenance=False,
)

ITEMS = Contract(
    "raw.invoice_items",
    "The same lines as JSON: only these carry resource ids.",
    (
        ACCOUNT,
        key("invoice_uuid", "The invoice."),
        text("product", "The provider's product."),
        text("group_description", "What groups the line."),
        text("description", "The provider's words."),
        text("resource_id", "Numeric id of the resource."),
        text("resource_uuid", "UUID of the resource."),
        text("project_name", "The provider's project."),
        micros("amount_micros", "The amount."),
        at("start_at", "Start."),
        at("end_at", "End."),
    ),
    key=("account", "invoice_uuid", "source_file", "source_row"),
    subject="costs",
)

SUMMARIES = Contract(
    "raw.invoice_summaries",
    "Totals of an invoice by charge group.",
    (
        ACCOUNT,
        key("invoice_uuid", "The invoice."),
        micros("amount_micros", "Total."),
        micros("credits_micros", "Credits and adjustments.", required=False),
        json("document", "The summary, without name and address."),
    ),
    key=("account", "invoice_uuid", "source_file"),
    subject="costs",
)

RATES = Contract(
    "raw.ecb_rates",
    "Reference rates of the European Central Bank: units of a currency per euro.",
    (
        day("rate_date", "Day of the rate.", required=True),
        text("currency", "ISO 4217 code.", required=True),
        number("rate", "decimal(18,10)", "Units per euro.", required=True),
    ),
    key=("rate_date", "currency"),
    subject="costs",
)

CONTRACTS: tuple[Contract, ...] = (
    FILES,
    BALANCES,
    HISTORY,
    HEADERS,
    LINES,
    ITEMS,
    SUMMARIES,
    RATES,
)
