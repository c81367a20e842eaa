/*
The event log of drift: one row when a drift begins, one when it ends.

Looking again at a drift that goes on is no event.

grain: drift_id, event

drift_id: The drift.
event: drift_detected, drift_accepted or drift_stale.
happened_at: When.
detail: The field, what was asked for and what was there.
*/
with changes as (
    select *, 'drift_detected' as event, opened_at as happened_at
    from core.drift
    union all
    select *, 'drift_' || status, closed_at
    from core.drift
    where status <> 'open'
)

select
    drift_id,
    cast(event as varchar) as event,
    resource_id,
    cast(happened_at as timestamp) as happened_at,
    cast(concat(
        field, ': asked for ', coalesce(cast(desired as varchar), 'nothing'),
        ', found ', coalesce(cast(actual as varchar), 'nothing')
    ) as varchar) as detail
from changes
