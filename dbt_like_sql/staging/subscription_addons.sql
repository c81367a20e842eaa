/*
Add-ons of a subscription.

grain: subscription_id, addon_code, started_at
*/
select
    subscription_id,
    addon_code,
    quantity,
    started_at,
    ended_at,
    source_file,
    source_row
from raw.subscription_addons
