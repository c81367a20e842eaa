"""The journal: the double entry of every issued document, as CSV to book.

Which documents there are is `statements.py`; what stands on them is SQL.
"""

import csv
import io
from datetime import date

import duckdb

from cost_pipeline.publish.cells import neutral
from cost_pipeline.publish.statements import chosen, headers, money

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

# A void document stays in the journal, followed by its reversal on the day of the void.
JOURNAL = """
with booked as (
    select invoices.*, cast(issued_at as date) as entry_date, 1 as direction,
        'issued' as event
    from ({headers}) as invoices
    where status in ('issued', 'paid', 'void')
    union all
    select invoices.*, cast(voids.decided_at as date), -1, 'void'
    from ({headers}) as invoices
    join (
        select subject_id, min(decided_at) as decided_at
        from ledger.decisions where decision = 'void-invoice' group by subject_id
    ) as voids
        on voids.subject_id in (invoices.invoice_id, invoices.corrects_invoice_id)
    where invoices.status = 'void'
    qualify row_number() over (
        partition by invoices.invoice_id order by voids.decided_at
    ) = 1
)
select entry_date, number, event, tenant_id, tenant_name, currency,
    direction * subtotal_cents, direction * tax_cents, direction * total_cents
from booked
order by entry_date, number, event
"""


def journal(
    connection: duckdb.DuckDBPyConnection,
    tenant: str | None = None,
    month: date | None = None,
) -> str:
    """The double entry of all issued documents as CSV; debits equal credits."""
    query = JOURNAL.format(headers=headers())
    booked = connection.execute(query, chosen(tenant, month)).fetchall()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(JOURNAL_COLUMNS)
    for *named, currency, subtotal, tax, total in booked:
        texts = [neutral(str(value)) for value in named]
        for account, owed in ((RECEIVABLE, total), (REVENUE, -subtotal), (TAX, -tax)):
            if owed:
                debit, credit = max(owed, 0), max(-owed, 0)
                amounts = [
                    money(debit) if debit else "",
                    money(credit) if credit else "",
                ]
                writer.writerow([*texts, account, *amounts, neutral(currency)])
    return stream.getvalue()
