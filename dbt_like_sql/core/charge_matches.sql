/*
Which resource a line is for: by its id, else by its name; null when nobody can say.

subject: costs
grain: invoice_uuid, line_number
check: (resource_id is null) = (match_method = 'none')

invoice_uuid: The invoice.
line_number: The line.
resource_id: The resource; null = none.
given_id: The id the item carries, or empty.
match_method: id, name or none.
confidence: exact, high (the name fits most of the time), low (a part of it) or none.
is_ambiguous: Whether several resources fit.
*/
select
    charges.invoice_uuid,
    charges.line_number,
    cast(coalesce(ids.resource_id, names.resource_id) as varchar) as resource_id,
    cast(coalesce(ids.given_id, '') as varchar) as given_id,
    cast(case
        when ids.resource_id is not null then 'id'
        when names.resource_id is not null then 'name'
        else 'none'
    end as varchar) as match_method,
    cast(case
        when ids.resource_id is not null then 'exact'
        when names.resource_id is null then 'none'
        when names.is_sure then 'high'
        else 'low'
    end as varchar) as confidence,
    ids.resource_id is null and names.line_number is not null
        and names.resource_id is null as is_ambiguous
from core.charges as charges
left join core.id_matches as ids
    on ids.invoice_uuid = charges.invoice_uuid
    and ids.line_number = charges.line_number
left join core.name_matches as names
    on names.invoice_uuid = charges.invoice_uuid
    and names.line_number = charges.line_number
where charges.charge_scope = 'resource'
