/*
What each month earned, what it cost, and what was left.

An amount that cannot be converted makes its sum unknown (null), never smaller.

grain: month, currency
check: margin_cents is null or margin_cents = revenue_cents - cost_cents

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
        month,
        currency,
        case when count(revenue_cents) = count(*) then sum(revenue_cents) end
            as revenue,
        case when count(cost_cents) = count(*) then sum(cost_cents) end as cost,
        sum(cost_micros_usd) as cost_micros_usd,
        sum(unit_revenue_cents) as unit_revenue_cents,
        sum(unit_cost_cents) as unit_cost_cents,
        bool_and(state = 'final') as is_final
    from marts.cost_vs_revenue
    group by month, currency
),

measured as (
    select *, revenue - cost as result from summed
)

select
    month,
    currency,
    cast(revenue as bigint) as revenue_cents,
    cast(cost as bigint) as cost_cents,
    cast(result as bigint) as margin_cents,
    cast(case when revenue > 0 then 0.1 * cast(
        sign(result) * (
            (2 * abs(cast(result as hugeint)) * 1000 + revenue) // (2 * revenue)
        ) as decimal(18, 0)
    ) end as decimal(18, 1)) as margin_pct,
    cast(cost_micros_usd as bigint) as cost_micros_usd,
    cast(unit_revenue_cents as bigint) as unit_revenue_cents,
    cast(unit_cost_cents as bigint) as unit_cost_cents,
    cast(case when is_final then 'final' else 'provisional' end as varchar) as state
from measured
