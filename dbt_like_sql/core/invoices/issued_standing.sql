/*
Every issued document as drafts see it: whether it still counts.

A void invoice does not, and neither do its adjustments. Read before anything is issued;
what was issued after the run's now is not known yet.

grain: invoice_id

document_type: 'invoice' or 'adjustment'.
currency: In which currency.
period_start: First instant of the month.
tax_code: Tax of the document.
document_hash: Content of its lines.
counts: Whether it stands.
*/
with voided as (
    select distinct subject_id as invoice_id
    from staging.decisions
    join ref.clock on decided_at <= now_at
    where decision = 'void-invoice'
)

select
    documents.invoice_id,
    documents.document_type,
    documents.tenant_id,
    documents.currency,
    documents.period_start,
    documents.tax_code,
    documents.document_hash,
    documents.invoice_id not in (select invoice_id from voided)
    and coalesce(documents.corrects_invoice_id, '')
        not in (select invoice_id from voided) as counts
from staging.prior_documents as documents
join ref.clock on documents.issued_at <= now_at
