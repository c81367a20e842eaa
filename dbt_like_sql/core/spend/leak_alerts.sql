/*
Money that leaks without any threshold being crossed, as far as operators are told.

A margin is judged when its month is final: before, a cost without its revenue is only
early. What is ours, and what nobody is known to own, has no margin to be negative.

grain: alert, subject_id

alert: negative_margin, cost_without_revenue, unbilled_usage, cap_hit, unknown_product,
    unknown_instance_type or unknown_status.
subject_id: What leaks.
tenant_id: Whose it is, or 'unattributed'.
detail: In words.
happened_at: When it began; leaks from before the date of issue are not told.
*/
with margins as (
    select
        margins.month,
        margins.tenant_id,
        margins.deployment_id,
        min(margins.currency) as currency,
        sum(margins.revenue_cents) as revenue_cents,
        sum(margins.cost_cents) as cost_cents
    from core.margins as margins
    where margins.tenant_id <> 'internal'
    group by margins.month, margins.tenant_id, margins.deployment_id
    having bool_and(margins.is_final)
        and count(*) = count(margins.revenue_cents)
        and count(*) = count(margins.cost_cents)
),

leaks as (
    select
        case
            when margins.revenue_cents = 0 then 'cost_without_revenue'
            else 'negative_margin'
        end as alert,
        concat(margins.deployment_id, ' in ', strftime(margins.month, '%Y-%m'))
            as subject_id,
        margins.tenant_id,
        concat(
            'earned ', cast(0.01 * margins.revenue_cents as decimal(28, 2)), ', cost ',
            cast(0.01 * margins.cost_cents as decimal(28, 2)), ' ', margins.currency
        ) as detail,
        cast(months.next_month as timestamp) as happened_at
    from margins
    join ref.months as months on margins.month = months.month
    where margins.cost_cents > margins.revenue_cents
    union all
    select
        case finding when 'cap_hit' then finding else 'unbilled_usage' end,
        subject_id,
        tenant_id,
        detail,
        happened_at
    from core.usage_findings
    where finding in ('cap_hit', 'usage_without_subscription', 'unpriced_usage')
    union all
    select finding, subject_id, tenant_id, detail, happened_at
    from core.cost_findings
    where finding = 'unknown_product'
    union all
    select finding, subject_id, tenant_id, detail, happened_at
    from core.spend_findings
    where finding in ('unknown_instance_type', 'unknown_status')
)

-- Two findings of one subject are one alert.
select
    cast(alert as varchar) as alert,
    cast(subject_id as varchar) as subject_id,
    cast(min(tenant_id) as varchar) as tenant_id,
    cast(string_agg(detail, '; ' order by detail) as varchar) as detail,
    cast(min(happened_at) as timestamp) as happened_at
from leaks
group by alert, subject_id
