/*
Every resource with its whole history and its owner: one row until anything changed.

What is there now has no `valid_to`. Money and usage join to the owner as of their own
time, so a resource that moves takes only its future along.

grain: resource_id, valid_from
check: valid_from < valid_to or valid_to is null
*/
select
    resource_id,
    valid_from,
    valid_to,
    provider,
    provider_account,
    kind,
    provider_id,
    name,
    region,
    size,
    size_gb,
    status,
    project_id,
    tenant_id,
    deployment_id,
    role,
    parent_id,
    first_seen_at,
    last_seen_at,
    start_inferred,
    is_stale,
    is_idle
from core.resources
