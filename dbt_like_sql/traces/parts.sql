/*
Cost: parts of the provider's lines, with landed file and row.

unit: millionths of USD
number: select sum(cost_micros_usd) from asked
total: select sum(amount_micros) from parts
*/
select
    trace.source_id as invoice_uuid,
    trace.line_number,
    lines.product,
    lines.description,
    trace.reason as rule,
    trace.amount_micros,
    trace.source_file,
    trace.source_row
from marts.cost_trace as trace
join cells using (month, tenant_id, deployment_id, kind, revenue_currency)
join marts.cost_lines as lines
    on lines.invoice_uuid = trace.source_id
    and lines.line_number = trace.line_number
where trace.side = 'cost'
