/*
What each tenant left or lost in one month and currency, the worst first.
*/
select
    tenant_id,
    sum(margin_cents) as margin_cents
from marts.cost_vs_revenue
where month = $month and currency = $currency
group by tenant_id
having bool_or(revenue_cents <> 0 or cost_cents <> 0)
order by sum(margin_cents), tenant_id
