/*
The lines of the documents of calendar months, issued ones and drafts.

grain: invoice_id, line_number

invoice_id: The document.
line_kind: 'plan_base', 'addon', 'overage', 'tax' or 'adjustment'.
deployment_id: The deployment; null = the whole tenant.
resource_kind: Billing kind, tax code, or null for the plan itself.
amount_cents: The amount.
currency: ISO 4217 code.
service_start: First instant of the service; its month is the month of revenue.
*/
select
    lines.invoice_id,
    lines.line_number,
    lines.line_kind,
    lines.deployment_id,
    lines.resource_kind,
    lines.quantity,
    lines.unit_price_cents,
    lines.amount_cents,
    lines.currency,
    lines.description,
    lines.service_start,
    lines.service_end
from staging.lines as lines
-- Lines without a header are those of a writer that was killed between the two.
join staging.documents as documents using (invoice_id, document_hash)
union all
select
    drafts.invoice_id,
    drafts.line_number,
    drafts.line_kind,
    drafts.deployment_id,
    drafts.resource_kind,
    drafts.quantity,
    drafts.unit_price_cents,
    drafts.amount_cents,
    drafts.currency,
    drafts.description,
    drafts.service_start,
    drafts.service_end
from core.calendar_draft_lines as drafts
where drafts.invoice_id not in (select invoice_id from staging.documents)
