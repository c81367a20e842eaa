/*
Whose each resource is at each instant, without a gap: by its project, or by decision.

Of two links of a project that hold at once the later one counts. A link of the future
is not known yet, nor is the end of one. What is in a project that nobody linked is
unattributed.

An operator's decision holds from its date on, over whatever the projects say, until a
later decision. A decision made later with an earlier date replaces the ones after it.

grain: resource_id, valid_from

valid_from: First instant; year 1 = since it exists.
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
        links.role
    from bounds
    left join links
        on links.project_id = bounds.project_id
        and links.valid_from <= bounds.bound_at
        and (links.valid_to > bounds.bound_at or links.valid_to is null)
    qualify row_number() over (
        partition by bounds.project_id, bounds.bound_at
        order by links.valid_from desc
    ) = 1
),

project_owners as (
    select
        project_id,
        bound_at as valid_from,
        lead(bound_at) over (partition by project_id order by bound_at) as valid_to,
        tenant_id,
        deployment_id,
        role
    from chosen
),

decisions as (
    select
        classes.resource_id,
        classes.valid_from,
        classes.tenant_id,
        classes.deployment_id,
        classes.role,
        min(classes.valid_from) over (
            partition by classes.resource_id order by classes.decided_at desc
            rows between unbounded preceding and 1 preceding
        ) as replaced_from
    from staging.classifications as classes
    cross join ref.clock as clock
    where classes.valid_from <= clock.now_at
),

in_force as (
    select
        *,
        lead(valid_from) over (
            partition by resource_id order by valid_from
        ) as valid_to,
        min(valid_from) over (partition by resource_id) as decided_from
    from decisions
    where valid_from < replaced_from or replaced_from is null
),

by_project as (
    select
        projects.resource_id,
        greatest(projects.valid_from, owners.valid_from) as valid_from,
        least(projects.valid_to, owners.valid_to) as valid_to,
        projects.project_id,
        owners.tenant_id,
        owners.deployment_id,
        owners.role
    from core.resource_projects as projects
    left join project_owners as owners
        on owners.project_id = projects.project_id
        and (projects.valid_to > owners.valid_from or projects.valid_to is null)
        and (owners.valid_to > projects.valid_from or owners.valid_to is null)
),

pieces as (
    select
        by_project.resource_id, by_project.valid_from,
        least(by_project.valid_to, firsts.decided_from) as valid_to,
        by_project.project_id, by_project.tenant_id, by_project.deployment_id,
        by_project.role
    from by_project
    left join (select distinct resource_id, decided_from from in_force) as firsts
        using (resource_id)
    where by_project.valid_from < firsts.decided_from or firsts.decided_from is null
    union all
    select
        in_force.resource_id, greatest(in_force.valid_from, projects.valid_from),
        least(in_force.valid_to, projects.valid_to), projects.project_id,
        in_force.tenant_id, in_force.deployment_id, in_force.role
    from in_force
    join core.resource_projects as projects
        on projects.resource_id = in_force.resource_id
        and (projects.valid_to > in_force.valid_from or projects.valid_to is null)
        and (in_force.valid_to > projects.valid_from or in_force.valid_to is null)
)

select
    resource_id,
    cast(valid_from as timestamp) as valid_from,
    cast(valid_to as timestamp) as valid_to,
    project_id,
    cast(coalesce(tenant_id, 'unattributed') as varchar) as tenant_id,
    cast(coalesce(deployment_id, 'unattributed') as varchar) as deployment_id,
    cast(coalesce(role, 'unattributed') as varchar) as role
from pieces
