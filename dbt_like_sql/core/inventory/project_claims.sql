/*
Which project had a resource at each change of membership; one, always the same one.

A resource that two projects name belongs to the one that took it first, then to the
lower project id, so that a repeated run gives it to the same tenant; the operator is
told.

grain: resource_id, claimed_at

resource_id: The resource.
claimed_at: The listing that showed the change.
project_id: The project that has it from then on; null = none does.
assigned_at: When that project took it, as the provider says.
is_contested: Whether more than one project names it.
ordinal: Number of the listing.
*/
with memberships as (
    select
        resource_id,
        project_id,
        assigned_at,
        observed_at as member_from,
        lead(observed_at) over (
            partition by account, project_id, urn order by observed_at
        ) as member_to,
        is_claimed
    from core.project_members
    where resource_id is not null
),

moments as (
    select distinct
        resource_id, observed_at as claimed_at, account, kind, provider_id,
        is_covered, ordinal, previous_at, third_previous_at, last_ordinal
    from core.project_members
    where resource_id is not null
),

claims as (
    select
        moments.*,
        memberships.project_id,
        memberships.assigned_at,
        row_number() over (
            partition by moments.resource_id, moments.claimed_at
            order by memberships.assigned_at nulls last, memberships.project_id
        ) as preference,
        min(memberships.project_id) over claimants
            < max(memberships.project_id) over claimants as is_contested
    from moments
    left join memberships
        on memberships.resource_id = moments.resource_id
        and memberships.is_claimed
        and memberships.member_from <= moments.claimed_at
        and (memberships.member_to > moments.claimed_at
            or memberships.member_to is null)
    window claimants as (partition by moments.resource_id, moments.claimed_at)
),

chosen as (
    select
        *,
        row_number() over resource as number,
        project_id is distinct from lag(project_id) over resource
        or is_contested is distinct from lag(is_contested) over resource as is_change
    from claims
    where preference = 1
    window resource as (partition by resource_id order by claimed_at)
)

select
    resource_id,
    claimed_at,
    project_id,
    assigned_at,
    cast(coalesce(is_contested, false) as boolean) as is_contested,
    account,
    kind,
    provider_id,
    is_covered,
    ordinal,
    previous_at,
    third_previous_at,
    last_ordinal
from chosen
where is_change or number = 1
