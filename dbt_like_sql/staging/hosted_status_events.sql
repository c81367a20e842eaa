/*
Changes of status of hosted machines, as known at now.

grain: deployment_id, occurred_at
*/
select
    hosted_status_events.deployment_id,
    hosted_status_events.status,
    hosted_status_events.occurred_at,
    hosted_status_events.source_file,
    hosted_status_events.source_row
from raw.hosted_status_events as hosted_status_events
join ref.clock as clock on hosted_status_events.occurred_at <= clock.now_at
