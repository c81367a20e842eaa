/*
One spent credit each, as known at now.

grain: event_id
*/
select
    credit_events.event_id,
    credit_events.install_id,
    credit_events.occurred_at,
    credit_events.tier,
    credit_events.backend,
    credit_events.source_file,
    credit_events.source_row
from raw.credit_events as credit_events
join ref.clock as clock on credit_events.occurred_at <= clock.now_at
