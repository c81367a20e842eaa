/*
How many lines the simplest rule would match: the name alone, against today's inventory.

It is kept beside ours as the measure ours has to beat; nothing is computed from it.

grain: invoice_uuid, kind

invoice_uuid: The invoice.
kind: Resource kind of the lines.
lines: Lines of the kind.
matched_lines: Lines whose name a resource has today; a backup's is its machine's.
*/
with names_today as (
    select distinct account, kind, name_key
    from core.resource_spans
    cross join ref.clock as clock
    where to_at > clock.now_at
)

select
    lines.invoice_uuid,
    lines.kind,
    cast(count(*) as bigint) as lines,
    cast(count(names.name_key) as bigint) as matched_lines
from core.charges as lines
left join names_today as names
    on names.account = lines.account
    and names.kind = case lines.kind
        when 'droplet_backup' then 'droplet' else lines.kind end
    and names.name_key = lower(lines.line_name)
    and lines.charge_scope = 'resource'
group by lines.invoice_uuid, lines.kind
