/*
What shared cost of a month can be shared out by: direct cost, equal parts, weights.

Direct cost is the month's and not one invoice's, so that a late credit is shared out
like the month it belongs to.

grain: provider_account, period_start, method, tenant_id, deployment_id
check: weight > 0

period_start: First instant of the month.
method: by_cost, even or weighted.
tenant_id: The customer.
deployment_id: The deployment.
weight: Its weight; what the weights are out of is their sum.
*/
with months as (
    select distinct
        provider_account,
        period_start,
        period_start + interval 1 month as period_end
    from core.cost_lines
    where method <> 'keep'
),

alive as (
    select
        months.provider_account,
        months.period_start,
        deployments.tenant_id,
        deployments.deployment_id
    from months
    join staging.deployments as deployments
        on deployments.created_at < months.period_end
        and (deployments.ended_at > months.period_start
            or deployments.ended_at is null)
)

select
    provider_account,
    period_start,
    'by_cost' as method,
    tenant_id,
    deployment_id,
    cast(sum(amount_micros) as bigint) as weight
from core.cost_lines
where scope = 'tenant' and method = 'keep'
group by provider_account, period_start, tenant_id, deployment_id
having sum(amount_micros) > 0
union all
select provider_account, period_start, 'even', tenant_id, deployment_id, 1
from alive
union all
select
    alive.provider_account,
    alive.period_start,
    'weighted',
    alive.tenant_id,
    alive.deployment_id,
    weights.weight
from alive
join ref.allocation_weights as weights
    on weights.tenant_id = alive.tenant_id
    and weights.deployment_id = alive.deployment_id
