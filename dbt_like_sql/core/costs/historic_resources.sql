/*
Placeholders: what bills name and no inventory ever showed at that time.

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
    lines.resource_id,
    lines.kind,
    cast(max(charges.line_name) as varchar) as line_name,
    cast(min(coalesce(charges.start_at, charges.period_start)) as timestamp)
        as first_billed_at,
    cast(max(coalesce(charges.end_at, charges.period_start)) as timestamp)
        as last_billed_at,
    cast(count(*) as bigint) as lines,
    cast(sum(lines.amount_micros) as bigint) as amount_micros,
    lines.currency
from core.cost_lines as lines
join core.charges as charges
    on charges.invoice_uuid = lines.invoice_uuid
    and charges.line_number = lines.line_number
where lines.unmatched_reason = 'destroyed_historic'
group by lines.resource_id, lines.kind, lines.currency
