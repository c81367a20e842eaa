/*
Margins summed up: by month, and in it by tenant, by deployment and by kind.

An amount that cannot be converted makes its sum unknown (null), never smaller.

grain: level, month, tenant_id, deployment_id, kind, currency

level: What is summed: 'month', 'tenant', 'deployment' or 'kind'.
tenant_id: The tenant; 'all' where all are summed.
deployment_id: The deployment; 'all' where all are summed.
kind: Resource kind; 'all' where all are summed.
revenue_cents: Revenue in the report currency; null = a part of it has no rate.
cost_cents: Cost in the report currency; null = a part of it has no rate.
margin_cents: Revenue less cost; before the bill it is revenue alone.
margin_pct: Margin as a share of revenue, in per cent; null without revenue.
cost_micros_usd: Cost as the provider billed it, in millionths.
unit_revenue_cents: What tiers of credits earned by their prices, report currency.
unit_cost_cents: What spent credits cost by their unit costs, report currency.
state: 'final' when every cell of it is; until then the figures change.
*/
with summed as (
    select
        case
            when grouping(kind) = 0 then 'kind'
            when grouping(deployment_id) = 0 then 'deployment'
            when grouping(tenant_id) = 0 then 'tenant'
            else 'month'
        end as level,
        month,
        tenant_id,
        deployment_id,
        kind,
        currency,
        case when count(revenue_cents) = count(*) then sum(revenue_cents) end
            as revenue,
        case when count(cost_cents) = count(*) then sum(cost_cents) end as cost,
        sum(cost_micros_usd) as cost_micros_usd,
        sum(unit_revenue_cents) as unit_revenue_cents,
        sum(unit_cost_cents) as unit_cost_cents,
        bool_and(is_final) as is_final
    from core.margins
    group by grouping sets (
        (month, currency),
        (month, currency, tenant_id),
        (month, currency, tenant_id, deployment_id),
        (month, currency, kind)
    )
)

select
    cast(level as varchar) as level,
    month,
    cast(coalesce(tenant_id, 'all') as varchar) as tenant_id,
    cast(coalesce(deployment_id, 'all') as varchar) as deployment_id,
    cast(coalesce(kind, 'all') as varchar) as kind,
    currency,
    cast(revenue as bigint) as revenue_cents,
    cast(cost as bigint) as cost_cents,
    cast(revenue - cost as bigint) as margin_cents,
    percent_of(revenue - cost, revenue) as margin_pct,
    cast(cost_micros_usd as bigint) as cost_micros_usd,
    cast(unit_revenue_cents as bigint) as unit_revenue_cents,
    cast(unit_cost_cents as bigint) as unit_cost_cents,
    cast(case when is_final then 'final' else 'provisional' end as varchar) as state
from summed
