/*
What the ledger knows of each customer's month: the live invoice and its revision.

Of a (tenant, currency, month) at most one invoice is live; after a void none is, and
the next one has a revision more. Read before anything is issued.

grain: tenant_id, currency, month

month: First day of the month, UTC.
live_invoice_id: The invoice that counts; null = it was voided.
tax_code: Tax of the live invoice.
revisions: How many invoices there have been.
adjustments: How many adjustments there have been.
*/
select
    tenant_id,
    currency,
    cast(period_start as date) as month,
    cast(
        max(invoice_id) filter (where voided_at is null and document_type = 'invoice')
        as varchar
    ) as live_invoice_id,
    cast(
        max(tax_code) filter (where voided_at is null and document_type = 'invoice')
        as varchar
    ) as tax_code,
    cast(count(*) filter (where document_type = 'invoice') as bigint) as revisions,
    cast(count(*) filter (where document_type = 'adjustment') as bigint)
        as adjustments
from staging.prior_documents
group by tenant_id, currency, period_start
