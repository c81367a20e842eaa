/*
When items are claimed: at every whole hour, whether or not a run was then.

Only hours that have items are kept. Claims happen at these and never at a run's own
time, so a pipeline that slept for a month makes the documents it would have made awake.

grain: tenant_id, tick_at

tenant_id: The tenant.
tick_at: The whole hour, not after now.
*/
with hours as (
    select distinct
        items.tenant_id,
        cast(date_trunc(
            'hour', items.claimable_at + interval '1 hour' - interval '1 microsecond'
        ) as timestamp) as tick_at
    from core.subscription_items as items
)

select
    hours.tenant_id,
    hours.tick_at
from hours
cross join ref.clock as clock
where hours.tick_at <= clock.now_at
