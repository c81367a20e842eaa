/*
What each resource of a customer used on each day that is over.

Intervals are clipped to the UTC day and counted in seconds: a machine made at 23:59 has
one minute, not a day. Base quantities are whole and add up exactly; they are divided
once, when a period is billed. A resource that is off has 0, one of unknown size null.

subject: usage
grain: day, deployment_id, resource_id, billing_kind
partition: day
volatile: is_observed
check: base_quantity >= 0
warn: base_quantity is not null

day: The day, UTC.
deployment_id: Who used it.
resource_id: The resource; for events, which know none, the deployment.
billing_kind: What is measured.
tenant_id: Whose deployment it was that day.
kind: Resource kind, or 'usage_event'.
quantity: Units as people read them, rounded; for reading, never for money.
base_quantity: Whole base units: seconds, millionths of GB-seconds, or millionths.
base_per_unit: Base units that make one unit in the day's month.
is_observed: Whether the kind was seen that day; otherwise the last state is held.
*/
with days as (
    select
        days.day,
        cast(day as timestamp) as day_start,
        cast(day as timestamp) + interval 1 day as day_end
    from ref.days as days
    join ref.window as span on days.day between span.first_day and span.last_day
    join ref.clock as clock on days.day < cast(clock.now_at as date)
),

clipped as (
    select
        days.day,
        intervals.*,
        cast(floor(epoch(least(valid_to, day_end))) as bigint)
        - cast(floor(epoch(greatest(valid_from, day_start))) as bigint) as seconds
    from core.metered_intervals as intervals
    join days
        on intervals.valid_from < days.day_end
        and coalesce(intervals.valid_to > days.day_start, true)
),

used as (
    select
        day,
        deployment_id,
        resource_id,
        billing_kind,
        max(tenant_id) as tenant_id,
        max(kind) as kind,
        case when bool_and(weight is not null) then sum(weight * seconds) end as base
    from clipped
    group by day, deployment_id, resource_id, billing_kind
    union all
    select
        day,
        deployment_id,
        deployment_id as resource_id,
        billing_kind,
        max(tenant_id) as tenant_id,
        'usage_event' as kind,
        sum(base_quantity) as base
    from core.usage_events
    join days using (day)
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
    cast(
        cast(
            (2 * cast(used.base as hugeint) * 1000000 + used.part) // (2 * used.part)
            as decimal(26, 0)
        ) * 0.000001 as decimal(20, 6)
    ) as quantity,
    cast(used.base as bigint) as base_quantity,
    cast(used.part as bigint) as base_per_unit,
    used.kind = 'usage_event' or observed.day is not null as is_observed
from divided as used
left join core.observed_days as observed
    on observed.day = used.day and observed.kind = used.kind
