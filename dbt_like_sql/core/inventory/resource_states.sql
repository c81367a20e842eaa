/*
What was true of a resource, apart from its owner: one row until something changed.

Only name, region, size, status, parent and the project it names itself make a new row.
Other fields of its document (tags, the ids of its backups) change without a trace
here; the document shown is the last of the interval.

grain: resource_id, valid_from
check: valid_from < valid_to or valid_to is null

resource_id: The resource.
valid_from: First instant.
valid_to: First instant after; null = still so.
lifetime: Which of its lifetimes.
is_last: Whether the lifetime ends with it, or goes on in it.
size_gb: Size in GB; null = unknown.
document: The last document of the interval.
*/
with present as (
    select
        observations.*,
        lifetimes.lifetime,
        lifetimes.started_at,
        lifetimes.ended_at,
        observations.observed_at = lifetimes.first_seen_at as is_first,
        -- One text, so that a change of any of them is one comparison.
        concat_ws(
            chr(31), coalesce(name, chr(30)), coalesce(region, chr(30)),
            coalesce(size, chr(30)), coalesce(cast(size_gb as varchar), chr(30)),
            coalesce(status, chr(30)), coalesce(project_id, chr(30)),
            coalesce(parent_id, chr(30))
        ) as state
    from core.resource_sightings as observations
    join core.resource_lifetimes as lifetimes
        on lifetimes.resource_id = observations.resource_id
        and lifetimes.first_seen_at <= observations.observed_at
        and (lifetimes.ended_at > observations.observed_at
            or lifetimes.ended_at is null)
    where observations.is_present
),

marked as (
    select *, is_first or state <> lag(state) over resource as is_change
    from present
    window resource as (partition by resource_id order by observed_at)
),

numbered as (
    select
        *,
        sum(case when is_change then 1 else 0 end) over (
            partition by resource_id order by observed_at
        ) as number
    from marked
),

documented as (
    select
        *,
        last_value(document) over (
            partition by resource_id, number order by observed_at
            rows between unbounded preceding and unbounded following
        ) as last_document
    from numbered
)

select
    resource_id,
    cast(case when is_first then started_at else observed_at end as timestamp)
        as valid_from,
    cast(coalesce(lead(observed_at) over lifetimes, ended_at) as timestamp) as valid_to,
    lifetime,
    lead(observed_at) over lifetimes is null as is_last,
    account,
    kind,
    provider_id,
    name,
    region,
    size,
    size_gb,
    status,
    project_id,
    parent_id,
    parent_kind,
    cast(last_document as json) as document
from documented
where is_change
window lifetimes as (partition by resource_id, lifetime order by observed_at)
