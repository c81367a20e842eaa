/*
Who shares a rule's lines in a month, and in which parts.

When nothing drives a rule's method its named fallback is used; when that has nothing
either, the rule has no row here and its lines stay unattributed.

grain: provider_account, period_start, rule, tenant_id, deployment_id
check: part <= whole

rule: The rule.
method: The method that was used.
part: The deployment's weight.
whole: Sum of all weights.
*/
with available as (
    select provider_account, period_start, method
    from core.allocation_drivers
    group by provider_account, period_start, method
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
    chosen.method,
    drivers.tenant_id,
    drivers.deployment_id,
    drivers.weight as part,
    cast(sum(drivers.weight) over (
        partition by chosen.provider_account, chosen.period_start, chosen.rule
    ) as bigint) as whole
from chosen
join core.allocation_drivers as drivers
    on drivers.provider_account = chosen.provider_account
    and drivers.period_start = chosen.period_start
    and drivers.method = chosen.method
where chosen.choice = 1
