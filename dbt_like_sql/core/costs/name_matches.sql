/*
Lines whose resource's name the inventory had at that time, and which resource it is.

A name counts while its resource had it: one resource that had it for at least half of
the line's time, else the only one that had it at all. Of several, the one of the line's
size. When still two are left nobody is picked.

grain: invoice_uuid, line_number

invoice_uuid: The invoice.
line_number: The line.
resource_id: The resource; null when several fit.
confidence: high (it had the name for at least half of the line's time) or low.
*/
with wanted as (
    select
        charges.account,
        case charges.kind when 'droplet_backup' then 'droplet' else charges.kind end
            as kind,
        charges.invoice_uuid,
        charges.line_number,
        charges.suffix,
        charges.from_at,
        charges.to_at,
        lower(charges.line_name) as name_key
    from core.charges as charges
    left join core.id_matches as ids
        on ids.invoice_uuid = charges.invoice_uuid
        and ids.line_number = charges.line_number
    where charges.charge_scope = 'resource'
        -- An id is of the very thing, known or not; only a backup's own id is not the
        -- id of the machine that is billed for it.
        and (ids.line_number is null
            or (charges.kind = 'droplet_backup' and ids.resource_id is null))
),

fitting as (
    select
        wanted.invoice_uuid,
        wanted.line_number,
        spans.resource_id,
        spans.is_only,
        spans.size = wanted.suffix as is_size,
        epoch_us(least(wanted.to_at, spans.to_at))
            - epoch_us(greatest(wanted.from_at, spans.from_at)) as shared_us,
        epoch_us(wanted.to_at) - epoch_us(wanted.from_at) as whole_us
    from wanted
    join core.resource_spans as spans
        on spans.account = wanted.account
        and spans.kind = wanted.kind
        and spans.name_key = wanted.name_key
    where spans.to_at > wanted.from_at
        and (spans.from_at < wanted.to_at
            or (spans.from_at = wanted.from_at and wanted.from_at = wanted.to_at))
),

-- Nearly every name is of one resource alone: only the others have to be counted.
shared_times as (
    select
        invoice_uuid,
        line_number,
        resource_id,
        2 * sum(shared_us) >= max(whole_us) as is_main,
        bool_or(is_size) as is_size
    from fitting
    where not is_only
    group by invoice_uuid, line_number, resource_id
),

counted as (
    select
        invoice_uuid,
        line_number,
        count(*) filter (where is_main) as mains,
        case when count(*) filter (where is_main) = 1
                then min(resource_id) filter (where is_main)
            when count(*) filter (where is_main and is_size) = 1
                then min(resource_id) filter (where is_main and is_size)
            when count(*) = 1 then min(resource_id)
        end as resource_id
    from shared_times
    group by invoice_uuid, line_number
)

select
    invoice_uuid,
    line_number,
    resource_id,
    cast(case when 2 * shared_us >= whole_us then 'high' else 'low' end as varchar)
        as confidence
from fitting
where is_only
union all
select
    invoice_uuid,
    line_number,
    resource_id,
    case when mains > 0 then 'high' else 'low' end
from counted
