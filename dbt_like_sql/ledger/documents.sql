/*
Invoices and adjustments of calendar months that are issued now; issued is final.

What a document says is core.calendar_drafts. It is written once its lines are, those
with the very content it was made of; what changes later is another document.

append: invoice_id
grain: invoice_id
*/
select
    drafts.invoice_id,
    drafts.invoice_id as number,
    drafts.revision,
    drafts.document_type,
    drafts.corrects_invoice_id,
    drafts.tenant_id,
    drafts.tenant_name,
    drafts.tax_code,
    'calendar' as cycle,
    drafts.period_start,
    drafts.period_end,
    drafts.subtotal_cents,
    drafts.tax_cents,
    drafts.total_cents,
    drafts.currency,
    clock.now_at as issued_at,
    cast(clock.now_at + interval 14 day as timestamp) as due_at,
    drafts.notes,
    drafts.document_hash
from core.calendar_drafts as drafts
join core.issuable_drafts as issuable on drafts.invoice_id = issuable.invoice_id
join ref.clock as clock on issuable.month >= clock.issue_from
join ref.metering_due as metering
    on issuable.period_end <= coalesce(metering.first_day, issuable.period_end)
semi join staging.lines as lines
    on drafts.invoice_id = lines.invoice_id
    and drafts.document_hash = lines.document_hash
