/*
Issued invoices and adjustments of calendar months; never changed: with what this run
has written.

grain: invoice_id
*/
select
    documents.invoice_id,
    documents.number,
    documents.revision,
    documents.document_type,
    documents.corrects_invoice_id,
    documents.tenant_id,
    documents.tenant_name,
    documents.tax_code,
    documents.cycle,
    documents.period_start,
    documents.period_end,
    documents.subtotal_cents,
    documents.tax_cents,
    documents.total_cents,
    documents.currency,
    documents.issued_at,
    documents.due_at,
    documents.notes,
    documents.document_hash
from ledger.documents as documents
join ref.clock as clock on documents.issued_at <= clock.now_at
