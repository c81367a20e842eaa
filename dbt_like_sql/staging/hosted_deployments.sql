/*
Hosted machines as their platform knows them, as known at now.

grain: deployment_id

deleted_at: When it was deleted; null = it is there. A deletion to come may not happen.
*/
select
    hosted_deployments.deployment_id,
    hosted_deployments.tenant_id,
    hosted_deployments.instance_type,
    hosted_deployments.status,
    hosted_deployments.created_at,
    cast(
        case
            when hosted_deployments.deleted_at <= clock.now_at
                then hosted_deployments.deleted_at
        end as timestamp
    ) as deleted_at,
    hosted_deployments.source_file,
    hosted_deployments.source_row
from raw.hosted_deployments as hosted_deployments
join ref.clock as clock on hosted_deployments.created_at <= clock.now_at
