/*
Hosted machines as their platform knows them.

grain: deployment_id
*/
select
    deployment_id,
    tenant_id,
    instance_type,
    status,
    created_at,
    deleted_at,
    source_file,
    source_row
from raw.hosted_deployments
