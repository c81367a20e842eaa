/*
The same money, one step closer to the machines.

title: Margin by deployment
nothing: Nothing was earned or spent in this month.
drawn: margin_cents
*/
select
    if(
        deployment_id = 'unattributed' and tenant_id <> 'unattributed',
        'all of the tenant',
        deployment_id
    ) as deployment,
    tenant_id as tenant,
    sum(revenue_cents) as revenue_cents,
    sum(cost_cents) as cost_cents,
    sum(margin_cents) as margin_cents,
    currency
from marts.cost_vs_revenue
join shown using (month)
group by deployment_id, tenant_id, currency
having bool_or(revenue_cents <> 0 or cost_cents <> 0)
order by sum(margin_cents), deployment, tenant
