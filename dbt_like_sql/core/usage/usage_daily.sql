/*
What each resource of a customer used on each day that is over.

Intervals are clipped to the UTC day and counted in seconds: a machine made at 23:59 has
one minute, not a day. Base quantities are whole and add up exactly; they are divided
once, when a period is billed. A resource that is off has 0, one of unknown size null.

grain: day, deployment_id, resource_id, billing_kind
partition: day
volatile: is_observed
check: base_quantity >= 0
warn: base_quantity is not null

day: The day, UTC.
deployment_id: Who used it.
resource_id: The resource; for events, which know none, the deployment.
tenant_id: Whose deployment it was that day.
kind: Resource kind, or 'usage_event'.
quantity: Units as people read them, rounded; for reading, never for money.
base_quantity: Whole base units: seconds, millionths of GB-seconds, or millionths.
base_per_unit: Base units that make one unit in the day's month.
is_observed: Whether the kind was seen that day; otherwise the last state is held.
*/
with span as (
    select first_day, least(last_day, cast(now_at as date) - 1) as last_day
    from ref.window, ref.clock
),

-- Read twice below; kept between the readings, millions of rows would fill the memory.
touched as not materialized (
    select
        intervals.*,
        unnest(generate_series(
            greatest(cast(valid_from as date), span.first_day),
            least(cast(valid_to - interval 1 microsecond as date), span.last_day),
            interval 1 day
        )) as day_start
    from core.metered_intervals as intervals
    cross join span
),

clipped as not materialized (
    select cast(day_start as date) as day, deployment_id, resource_id, billing_kind,
        tenant_id, kind, weight,
        valid_from <= day_start
            and coalesce(valid_to >= day_start + interval 1 day, true) as is_whole,
        cast(floor(epoch(least(valid_to, day_start + interval 1 day))) as bigint)
        - cast(floor(epoch(greatest(valid_from, day_start))) as bigint) as seconds
    from touched
),

used as (
    -- An interval that has a whole day shares it with no other, so most rows need no
    -- grouping. Seconds do not tell: from half a second past midnight they are as many.
    select day, deployment_id, resource_id, billing_kind, tenant_id, kind,
        weight * seconds as base
    from clipped
    where is_whole
    union all
    select day, deployment_id, resource_id, billing_kind, max(tenant_id), max(kind),
        case when bool_and(weight is not null) then sum(weight * seconds) end
    from clipped
    where not is_whole
    group by day, deployment_id, resource_id, billing_kind
    union all
    select day, deployment_id, deployment_id, billing_kind, max(tenant_id),
        'usage_event', sum(base_quantity)
    from core.usage_events
    cross join span
    where day between span.first_day and span.last_day
    group by day, deployment_id, billing_kind
),

divided as (
    select used.*, cast(coalesce(units.base_per_unit, 1000000) as hugeint) as part
    from used
    left join core.billing_units as units
        on units.month = cast(date_trunc('month', used.day) as date)
        and units.billing_kind = used.billing_kind
)

select
    used.day,
    used.deployment_id,
    used.resource_id,
    used.billing_kind,
    used.tenant_id,
    used.kind,
    from_millionths(share_of(used.base, 1000000, used.part)) as quantity,
    cast(used.base as bigint) as base_quantity,
    cast(used.part as bigint) as base_per_unit,
    used.kind = 'usage_event' or observed.day is not null as is_observed
from divided as used
left join core.observed_days as observed
    on observed.day = used.day and observed.kind = used.kind
