/*
The project of each resource at each instant, without a gap.

Its own membership counts first, as the projects themselves say it. A move counts from
the moment the provider names, if that lies between the listing before and this one,
else from the listing that showed it. A first membership counts from the beginning,
unless three listings had seen the resource in no project. Out of every project for
fewer than three listings means nothing, and an IP that nobody uses keeps its last
project until it is released.

What is in no project goes with its parent, also when the parent is gone: a backup is
kept, and paid for, because of the machine it is of; a machine named by a cluster's node
pools is a worker of that cluster, and stays one resource. Then counts the project that
the resource itself names.

grain: resource_id, valid_from
check: valid_from < valid_to or valid_to is null

resource_id: The resource.
valid_from: First instant; year 1 = since it exists.
valid_to: First instant after; null = still so.
project_id: The project, or 'unattributed'.
*/
with counted as (
    select
        *,
        coalesce(
            lead(ordinal) over (partition by resource_id order by claimed_at),
            last_ordinal + 1
        ) - ordinal as misses
    from core.project_claims
),

meant as (
    select *
    from counted
    where project_id is not null or (misses >= 3 and kind <> 'floating_ip')
),

moves as (
    select
        *,
        row_number() over resource = 1 as is_first,
        project_id is distinct from lag(project_id) over resource as is_change
    from meant
    window resource as (partition by resource_id order by claimed_at)
),

dated as (
    select
        moves.resource_id,
        moves.project_id,
        moves.claimed_at,
        case
            when moves.is_first and coalesce(
                lifetimes.first_seen_at > moves.third_previous_at, true
            ) then timestamp '0001-01-01'
            when moves.assigned_at between moves.previous_at and moves.claimed_at
                then moves.assigned_at
            else moves.claimed_at
        end as effective_at
    from moves
    left join core.resource_lifetimes as lifetimes
        on lifetimes.resource_id = moves.resource_id and lifetimes.lifetime = 1
    where moves.is_first or moves.is_change
),

-- A move that the next one is dated back before never counted.
memberships as (
    select resource_id, effective_at, project_id
    from dated
    qualify coalesce(
        effective_at < lead(effective_at) over (
            partition by resource_id order by claimed_at
        ),
        true
    )
),

-- The kinds that have a parent or are one by their own word; no other document is read.
last_states as (
    select account, kind, resource_id, parent_id, parent_kind, document
    from core.resource_states
    where kind in ('droplet_backup', 'snapshot', 'k8s_cluster')
    qualify row_number() over (partition by resource_id order by valid_from desc) = 1
),

workers as (
    select
        account,
        resource_id as cluster_id,
        unnest(cast(json_extract(document, '$.node_pools[*].nodes[*].droplet_id')
            as varchar[])) as droplet_id
    from last_states
    where kind = 'k8s_cluster'
),

parents as (
    select
        resource_id,
        account || ':' || parent_kind || ':' || parent_id as parent_resource_id
    from last_states
    where parent_id is not null and kind in ('droplet_backup', 'snapshot')
    union all
    select
        account || ':droplet:' || trim(droplet_id, '"') as resource_id,
        min(cluster_id) as parent_resource_id
    from workers
    where droplet_id is not null
    group by 1
),

changes as (
    select
        resource_id, timestamp '0001-01-01' as changed_at, null as own,
        null as parents, null as named
    from core.resource_lifetimes
    where lifetime = 1
    union all
    select resource_id, effective_at, coalesce(project_id, ''), null, null
    from memberships
    union all
    select parents.resource_id, memberships.effective_at, null, memberships.project_id,
        null
    from parents
    join memberships on memberships.resource_id = parents.parent_resource_id
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
