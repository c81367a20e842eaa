/*
All parts of those lines: whoever else bears them.

unit: millionths of USD
number: select sum(amount_micros) from marts.cost_lines
    semi join parts using (invoice_uuid, line_number)
total: select sum(amount_micros) from shares
*/
select
    allocation.invoice_uuid,
    allocation.line_number,
    allocation.tenant_id,
    allocation.deployment_id,
    allocation.bucket,
    allocation.rule,
    allocation.amount_micros
from marts.cost_allocation as allocation
semi join parts using (invoice_uuid, line_number)
