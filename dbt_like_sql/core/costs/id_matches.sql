/*
Lines whose JSON item carries an id that the inventory knows.

An id is not a guess: it wins over every name, also over one that fits.

grain: invoice_uuid, line_number

line_number: The line.
given_id: The id the item carries.
resource_id: The resource, or null when the inventory never saw it.
*/
with given as (
    select
        charges.account,
        charges.kind,
        pairs.invoice_uuid,
        pairs.line_number,
        ids.priority,
        case ids.priority when 1 then pairs.resource_uuid else pairs.resource_id end
            as given_id
    from core.item_pairs as pairs
    join core.charges as charges
        on charges.invoice_uuid = pairs.invoice_uuid
        and charges.line_number = pairs.line_number
    cross join (select 1 as priority union all select 2 as priority) as ids
    where charges.charge_scope = 'resource'
),

found as (
    select
        given.invoice_uuid,
        given.line_number,
        given.given_id,
        spans.resource_id,
        row_number() over (
            partition by given.invoice_uuid, given.line_number
            order by
                case when spans.resource_id is null then 1 else 0 end,
                -- A backup is billed to the machine it is of.
                case when spans.kind = 'droplet_backup' then 1 else 0 end,
                given.priority,
                spans.resource_id
        ) as choice
    from given
    left join core.resource_spans as spans
        on spans.account = given.account
        and spans.provider_id = given.given_id
        and (spans.kind = given.kind
            or (spans.kind = 'droplet' and given.kind = 'droplet_backup'))
    where given.given_id <> ''
)

select
    invoice_uuid,
    line_number,
    cast(given_id as varchar) as given_id,
    resource_id
from found
where choice = 1
