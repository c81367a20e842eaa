/*
Invoices and adjustments of calendar months: what was issued, and what would be.

Issued ones come from the ledger, as they were issued. Drafts follow, except those that
have become an issued document since they were computed.

grain: invoice_id
check: subtotal_cents + tax_cents = total_cents

number: Printed number.
document_type: 'invoice' or 'adjustment'.
tenant_id: Who owes.
cycle: 'calendar'.
status: 'before_start', 'draft', 'issued' or 'void'.
issued_at: When it was issued.
due_at: By when it is to be paid.
is_provisional: Whether it is a draft that may still change.
notes: What a reader should know; null = nothing.
*/
select
    invoice_id,
    number,
    revision,
    document_type,
    corrects_invoice_id,
    tenant_id,
    cycle,
    period_start,
    period_end,
    subtotal_cents,
    tax_cents,
    total_cents,
    currency,
    cast(case when voided_at is null then 'issued' else 'void' end as varchar)
        as status,
    issued_at,
    due_at,
    false as is_provisional,
    notes
from staging.documents
union all
select
    drafts.invoice_id,
    drafts.invoice_id as number,
    drafts.revision,
    drafts.document_type,
    drafts.corrects_invoice_id,
    drafts.tenant_id,
    'calendar' as cycle,
    drafts.period_start,
    drafts.period_end,
    drafts.subtotal_cents,
    drafts.tax_cents,
    drafts.total_cents,
    drafts.currency,
    drafts.status,
    cast(null as timestamp) as issued_at,
    cast(null as timestamp) as due_at,
    drafts.status = 'draft' as is_provisional,
    drafts.notes
from core.calendar_drafts as drafts
where drafts.invoice_id not in (select invoice_id from staging.documents)
