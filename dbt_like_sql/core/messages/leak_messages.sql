/*
Every message about money that leaks without a threshold, and that is not queued yet.

A margin is judged when its month is final: before, a cost without its revenue is only
early. What is ours, and what nobody is known to own, has no margin to be negative.
Operators are told, once for each kind of leak and what leaks; leaks from before the
date of issue are not told.

grain: message_id

message_id: Derived from the kind of leak and what leaks.
kind: Which wording.
recipient: Always 'operator'.
tenant_id: Whose money it is, or 'unattributed'.
skip_reason: Why it is not to be sent; always empty = send.
data: The facts the text is made of.
*/
with margins as (
    select
        month,
        tenant_id,
        deployment_id,
        min(currency) as currency,
        sum(revenue_cents) as revenue_cents,
        sum(cost_cents) as cost_cents
    from core.margins
    where tenant_id <> 'internal'
    group by month, tenant_id, deployment_id
    having bool_and(is_final)
        and count(*) = count(revenue_cents)
        and count(*) = count(cost_cents)
),

findings as (
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
        case finding when 'cap_hit' then finding else 'unbilled_usage' end as alert,
        subject_id,
        tenant_id,
        detail,
        happened_at
    from core.usage_findings
    where finding in ('cap_hit', 'usage_without_subscription', 'unpriced_usage')
    union all
    select finding as alert, subject_id, tenant_id, detail, happened_at
    from core.cost_findings
    where finding = 'unknown_product'
    union all
    select finding as alert, subject_id, tenant_id, detail, happened_at
    from core.spend_findings
    where finding in ('unknown_instance_type', 'unknown_status')
),

-- Two findings of one subject are one leak.
leaks as (
    select
        alert,
        subject_id,
        concat('leak-', md5(cast(json_array(alert, subject_id) as varchar)))
            as message_id,
        min(tenant_id) as tenant_id,
        string_agg(detail, '; ' order by detail) as detail,
        cast(min(happened_at) as timestamp) as began_at
    from findings
    group by alert, subject_id
)

select
    leaks.message_id,
    'leak' as kind,
    'operator' as recipient,
    leaks.tenant_id,
    '' as skip_reason,
    cast(
        json_object(
            'alert', leaks.alert,
            'subject', leaks.subject_id,
            'tenant', leaks.tenant_id,
            'detail', leaks.detail,
            'since', cast(leaks.began_at as varchar)
        ) as json
    ) as data
from leaks
join ref.today as today on leaks.began_at >= today.issue_from
anti join staging.prior_messages as known on leaks.message_id = known.message_id
