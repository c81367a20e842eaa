/*
Add-ons of a subscription, as known at now.

grain: subscription_id, addon_code, started_at

ended_at: When it ended; null = still held, or the end is still to come.
*/
select
    addons.subscription_id,
    addons.addon_code,
    addons.quantity,
    addons.started_at,
    cast(
        case when addons.ended_at <= clock.now_at then addons.ended_at end as timestamp
    ) as ended_at,
    addons.source_file,
    addons.source_row
from raw.subscription_addons as addons
join ref.clock as clock on addons.started_at <= clock.now_at
