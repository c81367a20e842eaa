/*
Every resource with its whole history and its owner: one row until anything changed.

What is there now has no `valid_to`. Money and usage join to the owner as of their own
time, so a resource that moves takes only its future along.

subject: inventory
grain: resource_id, valid_from
check: valid_from < valid_to or valid_to is null

resource_id: do:<account>:<kind>:<provider id>.
valid_from: First instant.
valid_to: First instant after; null = still so.
provider: The provider: do.
provider_account: The account at the provider.
kind: Resource kind.
provider_id: The provider's id.
name: Name.
region: Region slug; null where there is none.
size: Size slug.
size_gb: Size in GB; null = unknown.
status: Status as the provider says.
project_id: The provider's project, or 'unattributed'.
tenant_id: The tenant, or 'unattributed'.
deployment_id: The deployment, or 'unattributed'.
role: tenant, shared, internal or unattributed.
parent_id: The provider's id of the droplet or volume it belongs to.
first_seen_at: The first listing that named it in this lifetime.
last_seen_at: The last listing that named it in this lifetime.
start_inferred: Whether the lifetime began, by the provider's word, before we looked.
is_stale: Whether it ended because three complete listings did not name the resource.
is_idle: An address that nothing uses; it keeps its last owner.
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
