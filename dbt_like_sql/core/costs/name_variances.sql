/*
Unmatched lines whose name differs from a resource's only in punctuation.

They are shown to a person and matched with nothing: a likeness is not a name.

grain: invoice_uuid, line_number

invoice_uuid: The invoice.
line_number: The line.
resource_id: The resource of the like name.
*/
with unmatched as (
    select
        charges.account,
        case charges.kind when 'droplet_backup' then 'droplet' else charges.kind end
            as kind,
        charges.invoice_uuid,
        charges.line_number,
        charges.from_at,
        charges.to_at,
        lower(charges.line_name) as name_key
    from core.charges as charges
    left join core.id_matches as ids
        on ids.invoice_uuid = charges.invoice_uuid
        and ids.line_number = charges.line_number
    left join core.name_matches as names
        on names.invoice_uuid = charges.invoice_uuid
        and names.line_number = charges.line_number
    where charges.charge_scope = 'resource'
        and charges.line_name <> ''
        and ids.line_number is null
        and names.line_number is null
),

-- A regular expression is asked of a name and not of each of its lines.
names as (
    select
        account,
        kind,
        name_key,
        regexp_replace(name_key, '[^a-z0-9]', '', 'g') as plain_key
    from unmatched
    group by account, kind, name_key
),

likenesses as (
    select
        names.account,
        names.kind,
        names.name_key,
        spans.resource_id,
        spans.from_at,
        spans.to_at
    from names
    join core.resource_spans as spans
        on spans.account = names.account
        and spans.kind = names.kind
        and spans.plain_key = names.plain_key
    where spans.plain_key <> ''
)

select
    unmatched.invoice_uuid,
    unmatched.line_number,
    cast(min(likenesses.resource_id) as varchar) as resource_id
from unmatched
join likenesses
    on likenesses.account = unmatched.account
    and likenesses.kind = unmatched.kind
    and likenesses.name_key = unmatched.name_key
where likenesses.from_at < unmatched.to_at
    and likenesses.to_at > unmatched.from_at
group by unmatched.invoice_uuid, unmatched.line_number
