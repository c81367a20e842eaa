/*
Which subscriptions can cover a deployment's usage, and on which days.

A subscription of a deployment covers it; one of the tenant as a whole covers all of its
deployments that have none of their own that day. A day that is touched by several
belongs to the own one, then to the one that started last.

grain: deployment_id, subscription_id

deployment_id: The deployment.
subscription_id: A subscription that can cover it.
first_day: First day it touches, UTC.
last_day: Last day it touches; far in the future while it runs.
precedence: The greatest of a day wins: own before tenant's, later before earlier.
*/
with candidates as (
    select
        deployment_id,
        subscription_id,
        valid_from,
        valid_to,
        1 as is_own
    from core.tenant_plans
    where deployment_id is not null
    union all
    select
        deployments.deployment_id,
        plans.subscription_id,
        plans.valid_from,
        plans.valid_to,
        0 as is_own
    from core.tenant_plans as plans
    join staging.deployments as deployments using (tenant_id)
    where plans.deployment_id is null
)

select
    deployment_id,
    subscription_id,
    cast(valid_from as date) as first_day,
    cast(
        coalesce(valid_to - interval 1 microsecond, timestamp '2049-12-31') as date
    ) as last_day,
    cast(
        row_number() over (
            partition by deployment_id
            order by is_own, valid_from, subscription_id
        ) as bigint
    ) as precedence
from candidates
