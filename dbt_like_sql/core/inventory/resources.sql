/*
Every resource with its whole history and its owner: one row until anything changed.

Destroyed and made again under the same name is another resource, because ids count
and names do not. A row ends where the next begins, or where the resource was first
missed. Nothing is overwritten: what is not true any more has an end.

grain: resource_id, valid_from
check: valid_from < valid_to or valid_to is null
check: tenant_id <> '' and deployment_id <> ''
check: role in ('tenant', 'shared', 'internal', 'unattributed')

resource_id: do:<account>:<kind>:<provider id>.
valid_from: First instant.
valid_to: First instant after; null = still so.
provider: The provider: do.
provider_account: The account at the provider.
kind: Resource kind.
region: Region slug; null where there is none.
project_id: The provider's project, or 'unattributed'.
start_inferred: Whether the lifetime began, by the provider's word, before we looked.
is_stale: Whether it ended because three complete listings did not name the resource.
is_idle: An address that nothing uses; it keeps its last owner.
document: The last document of the interval, as landed.
*/
with pieces as (
    select
        states.* exclude (project_id, valid_from, valid_to),
        owners.project_id,
        owners.tenant_id,
        owners.deployment_id,
        owners.role,
        states.valid_from as state_from,
        states.valid_to as state_to,
        greatest(states.valid_from, owners.valid_from) as piece_from,
        concat_ws(
            chr(31), owners.project_id, owners.tenant_id, owners.deployment_id,
            owners.role
        ) as owner
    from core.resource_states as states
    join core.resource_owners as owners
        on owners.resource_id = states.resource_id
        and (states.valid_to > owners.valid_from or states.valid_to is null)
        and (owners.valid_to > states.valid_from or owners.valid_to is null)
),

marked as (
    select
        *,
        coalesce(
            owner <> lag(owner) over (
                partition by resource_id, state_from order by piece_from
            ),
            true
        ) as is_change
    from pieces
)

select
    marked.resource_id,
    cast(marked.piece_from as timestamp) as valid_from,
    cast(coalesce(lead(marked.piece_from) over states, marked.state_to) as timestamp)
        as valid_to,
    cast(split_part(marked.account, ':', 1) as varchar) as provider,
    cast(substr(marked.account, strpos(marked.account, ':') + 1) as varchar)
        as provider_account,
    marked.kind, marked.provider_id, marked.name, marked.region, marked.size,
    marked.size_gb, marked.status, marked.project_id, marked.tenant_id,
    marked.deployment_id, marked.role, marked.parent_id,
    lifetimes.first_seen_at, lifetimes.last_seen_at, lifetimes.start_inferred,
    lifetimes.ended_at is not null and marked.is_last
        and lead(marked.piece_from) over states is null as is_stale,
    marked.kind = 'floating_ip' and marked.status = 'unassigned' as is_idle,
    marked.document
from marked
join core.resource_lifetimes as lifetimes using (resource_id, lifetime)
where marked.is_change
window states as (partition by marked.resource_id, marked.state_from
    order by marked.piece_from)
