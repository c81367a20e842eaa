/*
Usage of kinds that no inventory shows: bandwidth, tokens, as known at now.

grain: event_id
*/
select
    usage_events.event_id,
    usage_events.tenant_id,
    usage_events.deployment_id,
    usage_events.billing_kind,
    usage_events.quantity,
    usage_events.occurred_at,
    usage_events.source_file,
    usage_events.source_row
from raw.usage_events as usage_events
join ref.clock as clock on usage_events.occurred_at < clock.now_at
