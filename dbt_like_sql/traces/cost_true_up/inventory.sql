/*
Estimate: what the inventory saw of the kind in that month.
*/
select
    resources.resource_id,
    resources.name,
    resources.size,
    resources.status,
    resources.valid_from,
    resources.valid_to
from marts.resources as resources
join asked
    on resources.kind = asked.kind
    and resources.provider_account = asked.provider_account
    and resources.valid_from < asked.month + interval 1 month
    and coalesce(resources.valid_to > asked.month, true)
