/*
What an operator should know about the inventory: who owns what, and what is unclear.

grain: finding, subject_id

finding: Which kind of thing.
subject_id: The resource, URN or listing it is about.
tenant_id: The tenant concerned, or 'unattributed'.
detail: What to look at, in words.
happened_at: When it was first so.
*/
with current_ones as (
    select * from core.resources where valid_to is null
),

-- What is told here ends when it is so no longer.
claims as (
    select * from core.project_claims
    qualify row_number() over (partition by resource_id order by claimed_at desc) = 1
),

members as (
    select * from core.project_members
    qualify row_number() over (
        partition by account, project_id, urn order by observed_at desc
    ) = 1
),

findings as (
    select 'unattributed_resource' as finding, resource_id as subject_id, tenant_id,
        case project_id when 'unattributed' then 'in no project'
            else concat('project ', project_id, ' is linked to nobody') end as detail,
        valid_from as happened_at
    from current_ones
    -- What costs nothing needs no owner; a kind we do not know may cost something.
    where role = 'unattributed'
        and kind not in (select kind from ref.kinds where billing_kind is null)
    union all
    select 'unknown_size', current_ones.resource_id, current_ones.tenant_id,
        'counts by size, and the provider tells none', current_ones.valid_from
    from current_ones
    join ref.kinds as kinds using (kind)
    where kinds.is_metered_by_size and kinds.listing <> ''
        and current_ones.size_gb is null
    union all
    select 'in_two_projects', claims.resource_id, min(current_ones.tenant_id),
        concat('counted in project ', min(claims.project_id)), min(claims.claimed_at)
    from claims
    join current_ones using (resource_id)
    where claims.is_contested
    group by claims.resource_id
    union all
    select 'unknown_urn_kind', account || ':' || urn_type, 'unattributed',
        concat(count(distinct resource_id), ' resources, for example ', min(urn)),
        min(observed_at)
    from members
    where is_claimed and resource_id is not null and not is_known_type
    group by account, urn_type
    union all
    select 'broken_urn', left(urn, 200), 'unattributed',
        concat('named by project ', min(project_id)), min(observed_at)
    from members
    where is_claimed and resource_id is null
    group by left(urn, 200)
    union all
    select 'listing_not_current', account || ':' || kind, 'unattributed',
        concat(failures_since, ' looks in a row: ', problem), last_attempt_at
    from core.listing_ages
    where problem is not null
)

select
    finding,
    cast(subject_id as varchar) as subject_id,
    cast(tenant_id as varchar) as tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from findings
