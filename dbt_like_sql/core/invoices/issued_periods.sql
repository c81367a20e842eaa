/*
What the ledger knows of each customer's month: the live invoice and its revision.

Of a (tenant, currency, month) at most one invoice is live; after a void none is, and
the next one has a revision more. Adjustments of a void invoice are void with it.

grain: tenant_id, currency, month

month: First day of the month, UTC.
live_invoice_id: The invoice that counts; null = it was voided.
tax_code: Tax of the live invoice.
revisions: How many invoices there have been.
adjustments: How many adjustments there have been.
*/
select
    documents.tenant_id,
    documents.currency,
    cast(documents.period_start as date) as month,
    cast(
        max(documents.invoice_id) filter (where documents.counts
            and documents.document_type = 'invoice') as varchar
    ) as live_invoice_id,
    cast(
        max(documents.tax_code) filter (where documents.counts
            and documents.document_type = 'invoice') as varchar
    ) as tax_code,
    cast(count(*) filter (where documents.document_type = 'invoice') as bigint)
        as revisions,
    cast(count(*) filter (where documents.document_type = 'adjustment') as bigint)
        as adjustments
from core.issued_standing as documents
group by documents.tenant_id, documents.currency, documents.period_start
