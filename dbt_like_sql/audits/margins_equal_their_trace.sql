/*
What stands behind each cell of the margin table sums to the cell, on both sides.

on: marts.cost_trace
*/
with traced as (
    select
        month, tenant_id, deployment_id, kind, revenue_currency,
        coalesce(sum(amount_micros) filter (
            where side = 'cost' and currency = 'USD'
        ), 0) as cost_micros,
        coalesce(sum(amount_micros) filter (where side = 'revenue'), 0)
            as revenue_micros
    from marts.cost_trace
    group by month, tenant_id, deployment_id, kind, revenue_currency
)

select
    month,
    tenant_id,
    deployment_id,
    kind,
    revenue_currency,
    margins.cost_micros_usd,
    traced.cost_micros,
    margins.revenue_original_cents,
    traced.revenue_micros
from core.margins as margins
full join traced using (month, tenant_id, deployment_id, kind, revenue_currency)
where coalesce(margins.cost_micros_usd, 0) <> coalesce(traced.cost_micros, 0)
    or coalesce(margins.revenue_original_cents, 0) * 10000
    <> coalesce(traced.revenue_micros, 0)
