/*
Lines whose resource's name the inventory had at that time, and which resource it is.

A name counts while its resource had it: one resource that had it for at least half of
the line's time, else the only one that had it at all. Of several, the one of the line's
size. When still two are left nobody is picked.

subject: costs
grain: invoice_uuid, line_number

invoice_uuid: The invoice.
line_number: The line.
resource_id: The resource; null when several fit.
is_sure: Whether it had the name for at least half of the line's time.
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

shared_times as (
    select
        wanted.invoice_uuid,
        wanted.line_number,
        spans.resource_id,
        2 * sum(
            epoch_us(least(wanted.to_at, spans.to_at))
            - epoch_us(greatest(wanted.from_at, spans.from_at))
        ) >= max(epoch_us(wanted.to_at) - epoch_us(wanted.from_at)) as is_main,
        max(case when spans.size = wanted.suffix then 1 else 0 end) = 1 as is_size
    from wanted
    join core.resource_spans as spans
        on spans.account = wanted.account
        and spans.kind = wanted.kind
        and spans.name_key = wanted.name_key
    where spans.to_at > wanted.from_at
        and (spans.from_at < wanted.to_at
            or (spans.from_at = wanted.from_at and wanted.from_at = wanted.to_at))
    group by wanted.invoice_uuid, wanted.line_number, spans.resource_id
),

counted as (
    select
        invoice_uuid,
        line_number,
        count(*) as candidates,
        count(*) filter (where is_main) as mains,
        count(*) filter (where is_main and is_size) as sized,
        min(resource_id) as any_id,
        min(resource_id) filter (where is_main) as main_id,
        min(resource_id) filter (where is_main and is_size) as sized_id
    from shared_times
    group by invoice_uuid, line_number
)

select
    invoice_uuid,
    line_number,
    cast(case
        when mains = 1 then main_id
        when mains > 1 and sized = 1 then sized_id
        when mains = 0 and candidates = 1 then any_id
    end as varchar) as resource_id,
    mains > 0 as is_sure
from counted
