/*
Who is on which plan version, from when to when, as known at now.

grain: subscription_id

ended_at: When it ended; null = still running, or the end is still to come.
*/
select
    subscriptions.subscription_id,
    subscriptions.tenant_id,
    subscriptions.deployment_id,
    subscriptions.plan_version_id,
    subscriptions.started_at,
    cast(
        case
            when subscriptions.ended_at <= clock.now_at then subscriptions.ended_at
        end as timestamp
    ) as ended_at,
    subscriptions.source_file,
    subscriptions.source_row
from raw.subscriptions as subscriptions
join ref.clock as clock on subscriptions.started_at <= clock.now_at
