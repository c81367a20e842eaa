/*
Placeholders: what bills name and no inventory ever showed at that time.

subject: costs
grain: resource_id

resource_id: The placeholder: account, kind, and the id or the name the bill has.
kind: Resource kind.
line_name: The name the bill has.
first_billed_at: Start of its first line, or of its month.
last_billed_at: End of its last line, or of its month.
lines: Lines that name it.
amount_micros: What it cost, in millionths.
currency: Currency of the invoices.
*/
select
    resource_id,
    kind,
    cast(max(line_name) as varchar) as line_name,
    cast(min(coalesce(start_at, period_start)) as timestamp) as first_billed_at,
    cast(max(coalesce(end_at, period_start)) as timestamp) as last_billed_at,
    cast(count(*) as bigint) as lines,
    cast(sum(amount_micros) as bigint) as amount_micros,
    currency
from core.cost_lines
where unmatched_reason = 'destroyed_historic'
group by resource_id, kind, currency
