/*
The project of each resource at each instant, without a gap.

Its own membership counts first. What is in no project goes with its parent, also when
the parent is gone: a backup is kept, and paid for, because of the machine it is of.
Then counts the project that the resource itself names.

grain: resource_id, valid_from

valid_from: First instant; year 1 = since it exists.
valid_to: First instant after; null = still so.
project_id: The project, or 'unattributed'.
*/
with changes as (
    select
        resource_id, timestamp '0001-01-01' as changed_at, null as own,
        null as parents, null as named
    from core.resource_lifetimes
    where lifetime = 1
    union all
    select resource_id, valid_from, coalesce(project_id, ''), null, null
    from core.project_memberships
    union all
    select
        parents.resource_id, memberships.valid_from, null, memberships.project_id, null
    from core.resource_parents as parents
    join core.project_memberships as memberships
        on memberships.resource_id = parents.parent_resource_id
    where memberships.project_id is not null
    union all
    select resource_id, valid_from, null, null, coalesce(project_id, '')
    from core.resource_states
),

moments as (
    select
        resource_id, changed_at, max(own) as own, max(parents) as parents,
        max(named) as named
    from changes
    group by resource_id, changed_at
),

filled as (
    select
        resource_id,
        changed_at,
        coalesce(
            nullif(last_value(own ignore nulls) over past, ''),
            last_value(parents ignore nulls) over past,
            nullif(last_value(named ignore nulls) over past, ''),
            'unattributed'
        ) as project
    from moments
    window past as (
        partition by resource_id order by changed_at
        rows between unbounded preceding and current row
    )
),

marked as (
    select
        *,
        coalesce(
            project <> lag(project) over (
                partition by resource_id order by changed_at
            ),
            true
        ) as is_change
    from filled
)

select
    resource_id,
    changed_at as valid_from,
    cast(
        lead(changed_at) over (partition by resource_id order by changed_at)
        as timestamp
    ) as valid_to,
    cast(project as varchar) as project_id
from marked
where is_change
