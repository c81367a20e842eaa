/*
Revenue: lines of documents.

unit: cents
number: select sum(revenue_original_cents) from cells
total: select sum(amount_cents) from lines
*/
select lines.*
from marts.cost_trace as trace
join cells using (month, tenant_id, deployment_id, kind, revenue_currency)
join marts.tenant_invoice_lines as lines
    on lines.invoice_id = trace.source_id
    and lines.line_number = trace.line_number
where trace.side = 'revenue'
