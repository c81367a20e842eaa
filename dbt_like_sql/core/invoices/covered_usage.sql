/*
What each deployment used in a month, and the subscription that covers it.

A subscription of a deployment covers it; one of the tenant as a whole covers all of its
deployments that have none of their own that day. A day that is touched by several
belongs to the own one, then to the one that started last. Usage that nobody subscribed
for keeps the name 'none'. Base quantities are summed here once and divided later once,
so 31 times a 31st of a zone is exactly one zone.

grain: month, subscription_id, deployment_id, billing_kind

month: First day of the month, UTC.
subscription_id: The subscription that covers it, or 'none'.
base_quantity: Whole base units, summed; unknown sizes are not in it.
base_per_unit: Base units that make one unit.
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
),

-- The days a subscription touches; the greatest precedence of a day wins.
subscriptions as (
    select
        deployment_id,
        subscription_id,
        cast(valid_from as date) as first_day,
        cast(
            coalesce(valid_to - interval 1 microsecond, timestamp '2049-12-31') as date
        ) as last_day,
        row_number() over (
            partition by deployment_id
            order by is_own, valid_from, subscription_id
        ) as precedence
    from candidates
),

daily as (
    select
        day,
        deployment_id,
        billing_kind,
        sum(base_quantity) as base_quantity,
        max(base_per_unit) as base_per_unit
    from core.usage_daily
    group by day, deployment_id, billing_kind
),

covered as (
    select
        daily.day,
        daily.deployment_id,
        daily.billing_kind,
        coalesce(
            max_by(subscriptions.subscription_id, subscriptions.precedence), 'none'
        ) as subscription_id,
        any_value(daily.base_quantity) as base_quantity,
        any_value(daily.base_per_unit) as base_per_unit
    from daily
    left join subscriptions
        on subscriptions.deployment_id = daily.deployment_id
        and daily.day between subscriptions.first_day and subscriptions.last_day
    group by daily.day, daily.deployment_id, daily.billing_kind
)

select
    cast(date_trunc('month', day) as date) as month,
    subscription_id,
    deployment_id,
    billing_kind,
    cast(coalesce(sum(base_quantity), 0) as hugeint) as base_quantity,
    cast(max(base_per_unit) as bigint) as base_per_unit
from covered
group by date_trunc('month', day), subscription_id, deployment_id, billing_kind
