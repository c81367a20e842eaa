/*
What an operator should know about the comparison itself, one row each.

'drift_skipped_stale_inventory': a resource whose listing is too old to compare with;
    what was known of it until then stands.
'desired_never_seen': something was asked for and no listing since ever showed it.
'desired_spec_unreadable': a spec in force that is no JSON object asks for nothing.

grain: finding, subject_id

finding: What was found.
subject_id: The resource, or the kind and the provider's id.
tenant_id: Whose it is, or 'unattributed'.
detail: The fact, in words.
happened_at: The last complete look, or when the spec was recorded.
*/
with listed as (
    select
        coalesce(kinds.kind, '') as kind,
        max(ages.last_complete_at) as listed_at
    from ref.kinds as kinds
    join core.listing_ages as ages
        on ages.kind = coalesce(nullif(kinds.listing, ''), 'project_resources')
    group by kinds.kind
),

in_force as (
    select *
    from core.desired_state
    where valid_to is null
),

found as (
    select
        'drift_skipped_stale_inventory' as finding,
        resource_id as subject_id,
        tenant_id,
        concat(
            listing, ' was last read whole ',
            coalesce('at ' || cast(listed_at as varchar), 'never')
        ) as detail,
        listed_at as happened_at
    from core.drift_targets
    where is_skipped
    union all
    select
        'desired_never_seen',
        concat(in_force.kind, ':', in_force.provider_id),
        'unattributed',
        'asked for, and in no listing since',
        in_force.valid_from
    from in_force
    join listed on listed.kind = in_force.kind
    where
        cast(in_force.spec as varchar) <> '{}'
        and in_force.valid_from <= listed.listed_at
        and (in_force.kind, in_force.provider_id) not in (
            select (targets.kind, targets.provider_id)
            from core.drift_targets as targets
        )
    union all
    select
        'desired_spec_unreadable',
        concat(kind, ':', provider_id),
        'unattributed',
        left(coalesce(cast(recorded_spec as varchar), 'nothing'), 200),
        valid_from
    from in_force
    where not is_readable
)

select
    cast(finding as varchar) as finding,
    cast(subject_id as varchar) as subject_id,
    cast(tenant_id as varchar) as tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from found
