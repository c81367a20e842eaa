/*
What an operator should know about the estimate of spend.

grain: finding, subject_id

finding: What kind of thing.
subject_id: The machine type, machine or tenant and month.
tenant_id: The tenant, or 'unattributed' when it concerns several.
detail: In words.
happened_at: When it began.
*/
with found as (
    select
        'unknown_instance_type' as finding,
        instance_type as subject_id,
        case when count(distinct tenant_id) = 1 then min(tenant_id) else 'unattributed'
        end as tenant_id,
        concat(
            count(distinct deployment_id), ' machine(s) of a type without a price; ',
            'taken for the fallback of card ', max(rate_card)
        ) as detail,
        min(start_at) as happened_at
    from core.hosted_spend
    where is_fallback
    group by instance_type
    union all
    select
        'unknown_status',
        deployment_id,
        min(tenant_id),
        concat('status ', min(status), ' is not known; it costs nothing here'),
        min(start_at)
    from core.hosted_intervals
    where not is_known_status
    group by deployment_id
    union all
    select
        'no_status_history',
        deployment_id,
        tenant_id,
        concat('is ', status, ' and nothing tells when it ran; no cost is estimated'),
        start_at
    from core.hosted_intervals
    where not has_history and not is_accruing and is_known_status
    union all
    select
        'status_without_machine',
        events.deployment_id,
        'unattributed',
        concat(count(*), ' status(es) of a machine nobody knows; it costs nothing here'),
        min(events.occurred_at)
    from staging.hosted_status_events as events
    anti join staging.hosted_deployments as known using (deployment_id)
    group by events.deployment_id
    union all
    select
        'no_fx_rate',
        concat(tenant_id, ' ', period_start),
        tenant_id,
        concat('no recent rate ', min(spend_currency), ' to ', min(currency)),
        cast(period_start as timestamp)
    from core.spend_thresholds
    where fx_rate is null
    group by tenant_id, period_start
    union all
    select
        'plan_of_other_currency',
        concat(tenant_id, ' ', period_start),
        tenant_id,
        concat('only the plans in ', currency, ' count for the threshold'),
        cast(period_start as timestamp)
    from core.spend_plans
    where has_other_currency
)

select
    cast(finding as varchar) as finding,
    cast(subject_id as varchar) as subject_id,
    cast(tenant_id as varchar) as tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from found
