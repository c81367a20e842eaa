/*
Lines of what is issued now, with the names and inputs of that day.

They are written before their document, which alone makes them count: a writer killed
in between leaves lines that nobody reads.

append: invoice_id, document_hash, line_number
grain: invoice_id, document_hash, line_number
*/
select
    lines.invoice_id,
    issuable.document_hash,
    lines.line_number,
    lines.line_key,
    lines.line_kind,
    lines.subscription_id,
    lines.deployment_id,
    lines.resource_kind,
    lines.quantity,
    lines.unit_price_cents,
    lines.amount_cents,
    lines.currency,
    lines.description,
    lines.service_start,
    lines.service_end,
    lines.inputs
from core.calendar_draft_lines as lines
join core.issuable_drafts as issuable on lines.invoice_id = issuable.invoice_id
join ref.clock as clock on issuable.month >= clock.issue_from
join ref.metering_due as metering
    on issuable.period_end <= coalesce(metering.first_day, issuable.period_end)
