/*
What each customer brought and cost, the worst first.

title: Margin by tenant
nothing: Nothing was earned or spent in this month.
drawn: margin_cents
*/
select
    tenant_id as tenant,
    sum(revenue_cents) as revenue_cents,
    sum(cost_cents) as cost_cents,
    sum(margin_cents) as margin_cents,
    percent_of(sum(margin_cents), sum(revenue_cents)) as of_revenue_pct,
    currency
from marts.cost_vs_revenue
join shown using (month)
group by tenant_id, currency
having bool_or(revenue_cents <> 0 or cost_cents <> 0)
order by sum(margin_cents), tenant
