"""The journal: the double entry of every issued document, as CSV to book.

Which documents there are is `statements.py`; what stands on them is SQL.
"""

import csv
import io
from datetime import date

import duckdb

from cost_pipeline.domain.amounts import format_cents
from cost_pipeline.models.query_files import query_of
from cost_pipeline.publish.cells import neutral
from cost_pipeline.publish.statements import choose

JOURNAL_COLUMNS = (
    "entry_date",
    "document",
    "event",
    "tenant_id",
    "tenant",
    "account",
    "debit",
    "credit",
    "currency",
)

RECEIVABLE, REVENUE, TAX = "accounts_receivable", "revenue", "tax_payable"


def journal(
    connection: duckdb.DuckDBPyConnection,
    tenant: str | None = None,
    month: date | None = None,
) -> str:
    """The double entry of all issued documents as CSV; debits equal credits."""
    choose(connection, tenant, month)
    booked = connection.execute(query_of("statements/journal")).fetchall()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(JOURNAL_COLUMNS)
    for *named, currency, subtotal, tax, total in booked:
        texts = [neutral(str(value)) for value in named]
        for account, owed in ((RECEIVABLE, total), (REVENUE, -subtotal), (TAX, -tax)):
            if owed:
                debit, credit = max(owed, 0), max(-owed, 0)
                amounts = [
                    format_cents(debit) if debit else "",
                    format_cents(credit) if credit else "",
                ]
                writer.writerow([*texts, account, *amounts, neutral(currency)])
    return stream.getvalue()
