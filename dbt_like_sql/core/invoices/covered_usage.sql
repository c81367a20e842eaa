/*
What each deployment used in a month, and the subscription that covers it.

Base quantities are summed here once and divided later once, so 31 times a 31st of a
zone is exactly one zone. Usage that nobody subscribed for keeps the name 'none'.

grain: month, subscription_id, deployment_id, billing_kind

month: First day of the month, UTC.
subscription_id: The subscription that covers it, or 'none'.
base_quantity: Whole base units, summed; unknown sizes are not in it.
base_per_unit: Base units that make one unit.
unknown_days: Days of resources whose size is unknown.
unobserved_days: Days that nobody saw and the last state was held.
*/
with daily as (
    select
        day,
        deployment_id,
        billing_kind,
        sum(base_quantity) as base_quantity,
        max(base_per_unit) as base_per_unit,
        count(*) - count(base_quantity) as unknown_days,
        bool_or(not is_observed) as is_unobserved
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
        any_value(daily.base_per_unit) as base_per_unit,
        any_value(daily.unknown_days) as unknown_days,
        any_value(daily.is_unobserved) as is_unobserved
    from daily
    left join core.deployment_plans as subscriptions
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
    cast(max(base_per_unit) as bigint) as base_per_unit,
    cast(sum(unknown_days) as bigint) as unknown_days,
    cast(count(*) filter (where is_unobserved) as bigint) as unobserved_days
from covered
group by date_trunc('month', day), subscription_id, deployment_id, billing_kind
