/*
Who shares a rule's lines in a month, and in which parts.

A month is shared by direct cost, in equal parts or by weights. Direct cost is the
month's and not one invoice's, so that a late credit is shared out like the month it
belongs to. When nothing drives a rule's method its named fallback is used; when that
has nothing either, the rule has no row here and its lines stay unattributed.

grain: provider_account, period_start, rule, tenant_id, deployment_id
check: part > 0
check: part <= whole

period_start: First instant of the month.
rule: The rule.
method: The method that was used: by_cost, even or weighted.
tenant_id: The customer.
deployment_id: The deployment.
part: The deployment's weight.
whole: Sum of all weights.
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
),

drivers as (
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
),

available as (
    select distinct provider_account, period_start, method from drivers
),

chosen as (
    select
        available.provider_account,
        available.period_start,
        rules.rule,
        available.method,
        row_number() over (
            partition by available.provider_account, available.period_start, rules.rule
            order by case when available.method = rules.method then 0 else 1 end
        ) as choice
    from ref.allocation_rules as rules
    join available
        on available.method = rules.method or available.method = rules.fallback
    where rules.method <> 'keep'
)

select
    chosen.provider_account,
    chosen.period_start,
    chosen.rule,
    cast(chosen.method as varchar) as method,
    drivers.tenant_id,
    drivers.deployment_id,
    cast(drivers.weight as bigint) as part,
    cast(sum(drivers.weight) over (
        partition by chosen.provider_account, chosen.period_start, chosen.rule
    ) as bigint) as whole
from chosen
join drivers
    on drivers.provider_account = chosen.provider_account
    and drivers.period_start = chosen.period_start
    and drivers.method = chosen.method
where chosen.choice = 1
