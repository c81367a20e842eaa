/*
Which resource each line of one is for and how sure that is, or why there is none.

An id is not a guess: it wins over every name, also over one that fits. A name counts
while its resource had it: one resource that had it for at least half of the line's
time, else the only one that had it at all; of several, the one of the line's size. When
still two are left nobody is picked. A name that differs in punctuation only is shown to
a person and matched with nothing: a likeness is not a name.

grain: invoice_uuid, line_number
check: (confidence = 'none') = (unmatched_reason <> '')

resource_id: The resource, a placeholder when the inventory lacks it, or 'none'.
confidence: exact (by id), high (the name fits most of the time), low (a part of it) or
    none.
unmatched_reason: Why there is no resource; empty when matched.
*/
with named as (
    select
        provider || ':' || provider_account as account,
        kind,
        resource_id,
        provider_id,
        lower(coalesce(name, '')) as name_key,
        coalesce(size, '') as size,
        valid_from,
        coalesce(valid_to, timestamp '9999-01-01') as valid_to
    from core.resources
),

-- When a resource had which name and size.
spans as (
    select
        account,
        kind,
        resource_id,
        provider_id,
        name_key,
        size,
        min(valid_from) as from_at,
        max(valid_to) as to_at,
        count(*) over (partition by account, kind, name_key) = 1 as is_only
    from named
    group by account, kind, resource_id, provider_id, name_key, size
),

-- Read anew by each reader: a million lines in memory cost more than another look.
lines as not materialized (
    select
        account,
        invoice_uuid,
        line_number,
        kind,
        suffix,
        given_uuid,
        given_id,
        presumed_reason,
        from_at,
        to_at,
        -- A backup is billed to the machine it is of.
        case kind when 'droplet_backup' then 'droplet' else kind end as named_kind,
        lower(line_name) as name_key
    from core.charges
    where charge_scope = 'resource'
),

given as (
    select account, invoice_uuid, line_number, kind, 1 as priority, given_uuid as given
    from lines
    where given_uuid <> ''
    union all
    select account, invoice_uuid, line_number, kind, 2, given_id
    from lines
    where given_id <> ''
),

known as (
    select
        given.invoice_uuid,
        given.line_number,
        given.given,
        spans.resource_id,
        row_number() over (
            partition by given.invoice_uuid, given.line_number
            order by
                case when spans.resource_id is null then 1 else 0 end,
                case when spans.kind = 'droplet_backup' then 1 else 0 end,
                given.priority,
                spans.resource_id
        ) as choice
    from given
    left join spans
        on spans.account = given.account
        and spans.provider_id = given.given
        and (spans.kind = given.kind
            or (spans.kind = 'droplet' and given.kind = 'droplet_backup'))
),

identified as not materialized (
    select lines.*, known.given, known.resource_id as known_id
    from lines
    left join known
        on known.invoice_uuid = lines.invoice_uuid
        and known.line_number = lines.line_number
        and known.choice = 1
),

-- An id is of the very thing, known or not; only a backup's own id is not the id of the
-- machine that is billed for it.
unidentified as not materialized (
    select *
    from identified
    where given is null or (kind = 'droplet_backup' and known_id is null)
),

fitting as (
    select
        lines.invoice_uuid,
        lines.line_number,
        spans.resource_id,
        spans.is_only,
        spans.size = lines.suffix as is_size,
        epoch_us(least(lines.to_at, spans.to_at))
            - epoch_us(greatest(lines.from_at, spans.from_at)) as shared_us,
        epoch_us(lines.to_at) - epoch_us(lines.from_at) as whole_us
    from unidentified as lines
    left join spans
        on spans.account = lines.account
        and spans.kind = lines.named_kind
        and spans.name_key = lines.name_key
        and spans.to_at > lines.from_at
        and (spans.from_at < lines.to_at
            or (spans.from_at = lines.from_at and lines.from_at = lines.to_at))
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
        case
            when count(*) filter (where is_main) = 1
                then min(resource_id) filter (where is_main)
            when count(*) filter (where is_main and is_size) = 1
                then min(resource_id) filter (where is_main and is_size)
            when count(*) = 1 then min(resource_id)
        end as resource_id
    from shared_times
    group by invoice_uuid, line_number
),

unfound as (
    select lines.*
    from unidentified as lines
    join fitting
        on fitting.invoice_uuid = lines.invoice_uuid
        and fitting.line_number = lines.line_number
    where fitting.resource_id is null
),

-- A regular expression is asked of a name and not of each of its lines.
unfound_names as (
    select
        account,
        named_kind,
        name_key,
        regexp_replace(name_key, '[^a-z0-9]', '', 'g') as plain_key
    from unfound
    where name_key <> '' and given is null
    group by account, named_kind, name_key
),

likenesses as (
    select
        names.account,
        names.named_kind,
        names.name_key,
        spans.from_at,
        spans.to_at
    from unfound_names as names
    join spans
        on spans.account = names.account
        and spans.kind = names.named_kind
        and regexp_replace(spans.name_key, '[^a-z0-9]', '', 'g') = names.plain_key
    where names.plain_key <> ''
),

alike as (
    select distinct lines.invoice_uuid, lines.line_number
    from unfound as lines
    join likenesses
        on likenesses.account = lines.account
        and likenesses.named_kind = lines.named_kind
        and likenesses.name_key = lines.name_key
    where lines.given is null
        and likenesses.from_at < lines.to_at
        and likenesses.to_at > lines.from_at
),

unmatched as (
    select
        lines.*,
        case
            when alike.line_number is not null then 'name_variance'
            when lines.name_key <> '' or lines.given is not null
                or lines.presumed_reason <> 'destroyed_historic'
                then lines.presumed_reason
            else 'unknown'
        end as reason
    from unfound as lines
    left join alike
        on alike.invoice_uuid = lines.invoice_uuid
        and alike.line_number = lines.line_number
    union all
    select *, presumed_reason as reason
    from identified
    where given is not null and known_id is null and kind <> 'droplet_backup'
),

told as (
    select
        invoice_uuid,
        line_number,
        known_id as resource_id,
        'exact' as confidence,
        '' as unmatched_reason
    from identified
    where known_id is not null
    union all
    select
        invoice_uuid,
        line_number,
        resource_id,
        case when 2 * shared_us >= whole_us then 'high' else 'low' end,
        ''
    from fitting
    where is_only
    union all
    select
        invoice_uuid,
        line_number,
        coalesce(resource_id, 'none'),
        case
            when resource_id is null then 'none'
            when mains > 0 then 'high'
            else 'low'
        end,
        case when resource_id is null then 'ambiguous' else '' end
    from counted
    union all
    select
        invoice_uuid,
        line_number,
        case reason
            when 'destroyed_historic' then concat_ws(
                ':', account, kind, coalesce(given, 'named:' || name_key)
            )
            else 'none'
        end,
        'none',
        reason
    from unmatched
)

select
    invoice_uuid,
    line_number,
    cast(resource_id as varchar) as resource_id,
    cast(confidence as varchar) as confidence,
    cast(unmatched_reason as varchar) as unmatched_reason
from told
