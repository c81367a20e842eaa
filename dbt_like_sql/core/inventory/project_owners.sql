/*
Whose each project is at each instant, without a gap; the platform's links, tiled.

Of two links that hold at once the later one counts. A link of the future is not known
yet. A project that nobody linked has no row here; its resources are unattributed.

grain: project_id, valid_from

valid_from: First instant; year 1 = always before.
valid_to: First instant after; null = still so.
tenant_id: The tenant, or 'unattributed'.
deployment_id: The deployment, or 'unattributed'.
role: tenant, shared, internal or unattributed.
*/
with links as (
    select links.*
    from staging.project_links as links
    cross join ref.clock as clock
    where links.valid_from <= clock.now_at
        and (links.valid_from < links.valid_to or links.valid_to is null)
),

bounds as (
    select project_id, timestamp '0001-01-01' as bound_at from links
    union
    select project_id, valid_from from links
    union
    select links.project_id, links.valid_to
    from links
    cross join ref.clock as clock
    where links.valid_to <= clock.now_at
),

chosen as (
    select
        bounds.project_id,
        bounds.bound_at,
        links.tenant_id,
        links.deployment_id,
        links.role,
        row_number() over (
            partition by bounds.project_id, bounds.bound_at
            order by links.valid_from desc
        ) as preference
    from bounds
    left join links
        on links.project_id = bounds.project_id
        and links.valid_from <= bounds.bound_at
        and (links.valid_to > bounds.bound_at or links.valid_to is null)
)

select
    project_id,
    bound_at as valid_from,
    cast(
        lead(bound_at) over (partition by project_id order by bound_at) as timestamp
    ) as valid_to,
    cast(coalesce(tenant_id, 'unattributed') as varchar) as tenant_id,
    cast(coalesce(deployment_id, 'unattributed') as varchar) as deployment_id,
    cast(coalesce(role, 'unattributed') as varchar) as role
from chosen
where preference = 1
