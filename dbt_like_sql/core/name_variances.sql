/*
Unmatched lines whose name differs from a resource's only in punctuation.

They are shown to a person and matched with nothing: a likeness is not a name.

subject: costs
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
        regexp_replace(lower(charges.line_name), '[^a-z0-9]', '', 'g') as plain_key
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
)

select
    unmatched.invoice_uuid,
    unmatched.line_number,
    cast(min(spans.resource_id) as varchar) as resource_id
from unmatched
join core.resource_spans as spans
    on spans.account = unmatched.account
    and spans.kind = unmatched.kind
    and spans.plain_key = unmatched.plain_key
where spans.plain_key <> ''
    and spans.from_at < unmatched.to_at
    and spans.to_at > unmatched.from_at
group by unmatched.invoice_uuid, unmatched.line_number
