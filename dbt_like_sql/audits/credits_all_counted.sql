/*
Every credit event up to now is counted once: in usage, or in an imported counter.

on: core.credit_usage
*/
with events as (
    select
        count(*) filter (
            where anchors.imported_until is null
                or events.occurred_at > anchors.imported_until
        ) as expected
    from raw.credit_events as events
    cross join ref.clock as clock
    left join core.credit_anchors as anchors on anchors.install_id = events.install_id
    where events.occurred_at <= clock.now_at
),

counted as (
    select coalesce(sum(credits), 0) as counted
    from core.credit_usage
)

select events.expected, counted.counted
from events
cross join counted
where events.expected <> counted.counted
