/*
Who is on which plan version, from when to when.

grain: subscription_id
*/
select
    subscription_id,
    tenant_id,
    deployment_id,
    plan_version_id,
    started_at,
    ended_at,
    source_file,
    source_row
from raw.subscriptions
