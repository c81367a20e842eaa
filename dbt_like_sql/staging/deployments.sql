/*
What a customer runs: the unit that usage and margin are shown by.

grain: deployment_id
*/
select
    deployment_id,
    tenant_id,
    name,
    created_at,
    ended_at,
    source_file,
    source_row
from raw.deployments
