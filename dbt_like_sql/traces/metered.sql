/*
Usage: intervals and events it was metered from.

unit: base units (seconds, millionths of GB-seconds, or millionths)
number: select sum(base_quantity) from usage
total: select sum(base_quantity) from metered
*/
select
    intervals.resource_id as source,
    usage.billing_kind,
    intervals.valid_from,
    intervals.valid_to,
    intervals.weight,
    cast(sum(intervals.weight * (
        cast(floor(epoch(least(
            intervals.valid_to, cast(usage.day as timestamp) + interval 1 day
        ))) as bigint)
        - cast(floor(epoch(greatest(
            intervals.valid_from, cast(usage.day as timestamp)
        ))) as bigint)
    )) as hugeint) as base_quantity,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_row
from usage
join marts.metered_intervals as intervals
    on intervals.resource_id = usage.resource_id
    and intervals.billing_kind = usage.billing_kind
    and intervals.deployment_id = usage.deployment_id
    and intervals.valid_from < cast(usage.day as timestamp) + interval 1 day
    and coalesce(intervals.valid_to > usage.day, true)
where usage.kind <> 'usage_event' and usage.base_quantity is not null
group by all
union all
select
    events.event_id,
    usage.billing_kind,
    events.happened_at,
    null,
    null,
    events.quantity,
    events.source_file,
    events.source_row
from usage
join marts.event_sources as events
    on events.event_kind = 'usage'
    and events.subject_id = usage.deployment_id
    and events.measure = usage.billing_kind
    and cast(events.happened_at as date) = usage.day
where usage.kind = 'usage_event'
