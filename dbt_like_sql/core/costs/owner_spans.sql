/*
Whose a resource is at any instant; its first and last known owner hold beyond.

A bill may begin before we looked, and the line is its owner's all the same.

grain: resource_id, from_at

resource_id: The resource.
tenant_id: Who bears it, or 'unattributed'.
deployment_id: Which deployment, or 'unattributed'.
from_at: First instant.
to_at: First instant after.
*/
select
    resource_id,
    tenant_id,
    deployment_id,
    role,
    cast(case when row_number() over resource = 1 then timestamp '1970-01-01'
        else valid_from end as timestamp) as from_at,
    cast(coalesce(lead(valid_from) over resource, timestamp '9999-01-01') as timestamp)
        as to_at
from core.resources
window resource as (partition by resource_id order by valid_from)
