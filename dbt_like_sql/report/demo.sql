/*
What each tenant earned and cost in the last two months, as the demo shows it at its end.

Before the provider's bill a margin would only look like one.
*/
with billed as (
    select cast(date_trunc('month', period_start) as date) as month
    from marts.provider_invoices
    where verdict = 'accepted' and status <> 'history'
)

select
    strftime(month, '%b %Y') as month,
    tenant_id as tenant,
    printf('%,.2f', sum(revenue_cents) * 0.01) as revenue,
    if(month in (from billed), printf('%,.2f', sum(cost_cents) * 0.01), '–') as cost,
    if(month in (from billed), printf('%,.2f', sum(margin_cents) * 0.01), '–')
        as margin,
    any_value(currency) as currency,
    max(state) as state
from marts.cost_vs_revenue as margins
where margins.month >= (select max(month) - interval 1 month from marts.cost_vs_revenue)
group by margins.month, tenant_id
order by margins.month, sum(margin_cents) desc
