/*
Each instant at which a resource, or what is asked of it, became something else.

Between two points nothing changes, so what differs at a point differs until the next.
What happens at the same instant is one point, so that a resize and its new spec are
no drift; only an acceptance comes after, because it answers what was seen then.
A spec counts once the resource's listing was read after it: before that, nobody has
looked whether it was done. Points before the first spec or the first sight are none.

grain: resource_id, point_number
check: happened_at <= until_at or until_at is null

resource_id: The resource.
point_number: 1 for the first.
happened_at: The instant.
until_at: The next point; null = still so.
live_from: When the live state of `core.resources` in force began, or when it was gone.
document_at: The observation whose document is in force; null = none.
spec_version: The version of the spec in force.
accepted_field: The field that an operator accepted then; null = it is no acceptance.
*/
with lives as (
    select
        resources.resource_id, resources.valid_from, resources.valid_to,
        lead(resources.valid_from) over (
            partition by resources.resource_id order by resources.valid_from
        ) as next_from
    from core.resources as resources
    join core.drift_targets as targets
        on targets.resource_id = resources.resource_id
),

events as (
    select
        resource_id, valid_from as at_instant, valid_from as live_from,
        cast(null as timestamp) as document_at, null as spec_version, 0 as answer,
        null as accepted_field
    from lives
    union all
    select resource_id, valid_to, valid_to, null, null, 0, null
    from lives
    where valid_to is not null and (next_from > valid_to or next_from is null)
    union all
    select
        seen.resource_id, coalesce(lifetimes.started_at, seen.observed_at), null,
        seen.observed_at, null, 0, null
    from core.resource_sightings as seen
    join core.drift_targets as targets on targets.resource_id = seen.resource_id
    left join core.resource_lifetimes as lifetimes
        on lifetimes.resource_id = seen.resource_id
        and lifetimes.first_seen_at = seen.observed_at
    where seen.is_present
    union all
    select
        targets.resource_id, versions.valid_from, null, null, versions.spec_version,
        case when versions.origin = 'accepted' then versions.spec_version else 0 end,
        versions.accepted_field
    from core.drift_targets as targets
    join core.desired_state as versions
        on versions.kind = targets.kind and versions.provider_id = targets.provider_id
    where versions.origin = 'accepted' or versions.valid_from <= targets.listed_at
),

points as (
    select
        resource_id, at_instant, answer, max(live_from) as live_from,
        max(document_at) as document_at, max(spec_version) as spec_version,
        max(accepted_field) as accepted_field
    from events
    group by resource_id, at_instant, answer
),

filled as (
    select
        resource_id, at_instant, answer, accepted_field,
        last_value(live_from ignore nulls) over points as live_from,
        last_value(document_at ignore nulls) over points as document_at,
        last_value(spec_version ignore nulls) over points as spec_version
    from points
    window points as (partition by resource_id order by at_instant, answer
        rows between unbounded preceding and current row)
)

select
    filled.resource_id,
    cast(row_number() over points as bigint) as point_number,
    targets.kind,
    targets.provider_id,
    filled.at_instant as happened_at,
    cast(lead(filled.at_instant) over points as timestamp) as until_at,
    filled.live_from,
    filled.document_at,
    filled.spec_version,
    filled.accepted_field
from filled
join core.drift_targets as targets on targets.resource_id = filled.resource_id
where filled.live_from is not null and filled.spec_version is not null
window points as (partition by filled.resource_id
    order by filled.at_instant, filled.answer)
