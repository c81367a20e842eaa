/*
Days that are over and hold fewer rows of usage than what existed that day gives.

How many rows a day must have is counted from intervals and events, not by metering the
days once more: a span of days adds one on its first day and takes it away after its
last. A month with a day that was not metered at all is not invoiced yet.

grain: day
check: metered_rows < expected_rows

day: The day, UTC.
expected_rows: Rows that intervals and events of the day give.
metered_rows: Rows that are there; 0 = the day was not metered at all.
*/
with spans as (
    select
        intervals.deployment_id,
        intervals.resource_id,
        intervals.billing_kind,
        intervals.valid_from,
        cast(intervals.valid_from as date) as first_day,
        least(
            coalesce(cast(valid_to - interval 1 microsecond as date), today.day),
            cast(today.day - 1 as date)
        ) as last_day
    from core.metered_intervals as intervals
    cross join ref.today as today
),

-- Two intervals of a resource may share a day, which still has one row.
new_days as (
    select
        greatest(
            first_day,
            cast(coalesce(
                max(last_day) over (
                    partition by deployment_id, resource_id, billing_kind
                    order by valid_from
                    rows between unbounded preceding and 1 preceding
                ),
                first_day - 1
            ) + 1 as date)
        ) as first_day,
        last_day
    from spans
    where first_day <= last_day
),

steps as (
    select first_day as day, 1 as step
    from new_days
    where first_day <= last_day
    union all
    select cast(last_day + 1 as date), -1
    from new_days
    where first_day <= last_day
),

by_day as (
    select day, sum(step) as step from steps group by day
),

events as (
    select day, count(*) as events
    from (select distinct day, deployment_id, billing_kind from core.usage_events)
    group by day
),

metered as (
    select day, count(*) as metered_rows from core.usage_daily group by day
),

expected as (
    select
        days.day,
        sum(coalesce(by_day.step, 0)) over (order by days.day)
        + coalesce(events.events, 0) as expected_rows
    from ref.days as days
    join ref.today as today on days.day < today.day
    left join by_day on by_day.day = days.day
    left join events on events.day = days.day
)

select
    expected.day,
    cast(expected.expected_rows as bigint) as expected_rows,
    cast(coalesce(metered.metered_rows, 0) as bigint) as metered_rows
from expected
left join metered on metered.day = expected.day
where coalesce(metered.metered_rows, 0) < expected.expected_rows
