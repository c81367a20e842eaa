/*
Issued invoices and adjustments of calendar months; never changed: as the ledger stood
when the run began.

A void invoice takes its adjustments with it.

grain: invoice_id

voided_at: When it or the invoice it corrects was voided; null = it stands.
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
    documents.document_hash,
    cast(least(own.voided_at, corrected.voided_at) as timestamp) as voided_at
from raw.ledger_documents as documents
join ref.clock as clock on documents.issued_at <= clock.now_at
left join staging.voids as own on own.invoice_id = documents.invoice_id
left join staging.voids as corrected
    on corrected.invoice_id = documents.corrects_invoice_id
