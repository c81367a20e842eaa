/*
An operator's word on whose a resource is, from a date on.

grain: resource_id, decided_at

resource_id: The resource.
decided_at: When it was decided.
valid_from: From when it holds; the decision's own time when no date was given.
tenant_id: The tenant, or 'unattributed'.
deployment_id: The deployment, or 'unattributed'.
role: tenant, shared, internal or unattributed; a named tenant makes it `tenant`.
*/
select
    subject_id as resource_id,
    decided_at,
    cast(coalesce(
        cast(try_cast(json_extract_string(details, '$.from') as timestamptz)
            as timestamp),
        decided_at
    ) as timestamp) as valid_from,
    cast(coalesce(json_extract_string(details, '$.tenant_id'), 'unattributed')
        as varchar) as tenant_id,
    cast(coalesce(json_extract_string(details, '$.deployment_id'), 'unattributed')
        as varchar) as deployment_id,
    cast(coalesce(
        json_extract_string(details, '$.role'),
        case when json_extract_string(details, '$.tenant_id') is null
            then 'unattributed' else 'tenant' end
    ) as varchar) as role
from staging.decisions
where decision = 'classify-resource'
