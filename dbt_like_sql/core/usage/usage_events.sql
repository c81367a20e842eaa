/*
Usage of kinds that no inventory shows, each event once, in whole base units.

The sender's id makes an event unique; a repeated one was set aside when it was loaded.
An event counts on the day it happened, however late it arrived.

grain: event_id
check: base_quantity >= 0

event_id: Given by the sender.
day: The day it happened, UTC.
deployment_id: The deployment that used it.
tenant_id: Who the sender says it was.
billing_kind: What is measured.
base_quantity: Whole base units; a kind nobody declared is counted in millionths.
*/
with counted as (
    select
        events.event_id,
        cast(events.occurred_at as date) as day,
        events.deployment_id,
        events.tenant_id,
        events.billing_kind,
        cast(events.quantity * 1000000 as hugeint) as millionths,
        cast(coalesce(units.base_per_unit, 1000000) as hugeint) as part
    from staging.usage_events as events
    left join core.billing_units as units
        on units.month = cast(date_trunc('month', events.occurred_at) as date)
        and units.billing_kind = events.billing_kind
)

select
    event_id,
    day,
    deployment_id,
    tenant_id,
    billing_kind,
    cast(share_of(millionths, part, 1000000) as bigint) as base_quantity
from counted
