/*
Every credit event up to now is counted once: in usage, or in an imported counter.

on: core.credit_usage
*/
with events as (
    select count(*) as number
    from staging.credit_events
),

-- Few installs come from the old ledger: only their events are looked at one by one.
imported as (
    select count(*) as number
    from staging.credit_events as events
    join core.credit_anchors as anchors on anchors.install_id = events.install_id
    where events.occurred_at <= anchors.imported_until
),

counted as (
    select coalesce(sum(credits), 0) as counted
    from core.credit_usage
)

select events.number - imported.number as expected, counted.counted
from events
cross join imported
cross join counted
where events.number - imported.number <> counted.counted
