/*
The activity log that subscriptions to relays are billed from, as known at now.

grain: activity_id
*/
select
    activities.activity_id,
    activities.sequence,
    activities.tenant_id,
    activities.resource_id,
    activities.activity_type,
    activities.plan_code,
    activities.created_at,
    activities.source_file,
    activities.source_row
from raw.activities as activities
join ref.clock as clock on activities.created_at <= clock.now_at
