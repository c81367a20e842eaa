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
with voided as (
    select distinct subject_id as invoice_id
    from staging.decisions
    join ref.clock on decided_at <= now_at
    where decision = 'void-invoice'
),

issued as (
    select documents.*
    from staging.documents as documents
    join ref.clock on documents.issued_at <= now_at
)

select
    issued.invoice_id,
    issued.number,
    issued.revision,
    issued.document_type,
    issued.corrects_invoice_id,
    issued.tenant_id,
    issued.cycle,
    issued.period_start,
    issued.period_end,
    issued.subtotal_cents,
    issued.tax_cents,
    issued.total_cents,
    issued.currency,
    cast(
        case
            when issued.invoice_id in (select invoice_id from voided)
                or coalesce(issued.corrects_invoice_id, '')
                in (select invoice_id from voided) then 'void'
            else 'issued'
        end as varchar
    ) as status,
    issued.issued_at,
    issued.due_at,
    false as is_provisional,
    issued.notes
from issued
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
where drafts.invoice_id not in (select invoice_id from issued)
