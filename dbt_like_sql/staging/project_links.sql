/*
Which tenant, deployment and role the platform gives a provider project, and when.

grain: project_id, valid_from

tenant_id: Who pays for what is in it, or 'unattributed'.
deployment_id: Which deployment it serves, or 'unattributed'.
role: tenant, shared or internal.
valid_to: First instant after it; null = open.
*/
select
    provider_project_id as project_id,
    cast(coalesce(tenant_id, 'unattributed') as varchar) as tenant_id,
    cast(coalesce(deployment_id, 'unattributed') as varchar) as deployment_id,
    role,
    valid_from,
    valid_to
from raw.project_links
