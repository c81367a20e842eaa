/*
What was paid for nothing that is known: lines without a resource or an owner, and why.

grain: invoice_uuid, line_number
warn: unmatched_reason <> 'unknown'

invoice_uuid: The invoice.
line_number: The line.
resource_id: The placeholder, or 'none'.
unmatched_reason: Why no resource was found; empty = it has one, but nobody owns it.
role: Who bears it all the same: tenant, shared, internal or unattributed.
*/
select
    lines.invoice_uuid,
    lines.line_number,
    lines.period_start,
    charges.product,
    charges.description,
    lines.kind,
    lines.amount_micros,
    lines.currency,
    lines.resource_id,
    lines.unmatched_reason,
    lines.role,
    lines.tenant_id,
    lines.deployment_id
from core.cost_lines as lines
join core.charges as charges
    on charges.invoice_uuid = lines.invoice_uuid
    and charges.line_number = lines.line_number
where lines.unmatched_reason <> ''
    or (lines.role = 'unattributed' and charges.charge_scope = 'resource')
