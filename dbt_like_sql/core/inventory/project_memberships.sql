/*
From when to when a resource was in a project, by what the projects themselves say.

A move counts from the moment the provider names, if that lies between the listing
before and this one, else from the listing that showed it. A first membership counts
from the beginning, unless three listings had seen the resource in no project. Out of
every project for fewer than three listings means nothing, and an IP that nobody uses
keeps its last project until it is released.

grain: resource_id, valid_from

valid_from: First instant; year 1 = since it exists.
valid_to: First instant after; null = still so.
project_id: The project; null = none.
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

changes as (
    select
        *,
        row_number() over resource = 1 as is_first,
        project_id is distinct from lag(project_id) over resource as is_change
    from meant
    window resource as (partition by resource_id order by claimed_at)
),

dated as (
    select
        changes.resource_id,
        changes.project_id,
        changes.claimed_at,
        case
            when changes.is_first and coalesce(
                lifetimes.first_seen_at > changes.third_previous_at, true
            ) then timestamp '0001-01-01'
            when changes.assigned_at between changes.previous_at and changes.claimed_at
                then changes.assigned_at
            else changes.claimed_at
        end as effective_at
    from changes
    left join core.resource_lifetimes as lifetimes
        on lifetimes.resource_id = changes.resource_id and lifetimes.lifetime = 1
    where changes.is_first or changes.is_change
),

tiled as (
    select
        *,
        lead(effective_at) over (
            partition by resource_id order by claimed_at
        ) as next_at
    from dated
)

select
    resource_id,
    cast(effective_at as timestamp) as valid_from,
    cast(next_at as timestamp) as valid_to,
    project_id
from tiled
where effective_at < next_at or next_at is null
