/*
What one unit costs us and earns us: an hour of droplet, a GB-month, an answered credit.

Amounts of the report currency, divided once. Cost is booked by resource kind and usage
by billing kind; kinds that are metered as one (snapshots and backups) are summed. Only
deployments that used the kind in the month count, so what is divided and what it is
divided by speak of the same machines. Revenue is what is charged beyond allowances;
what plans include earns no price of its own, so a low unit revenue is not yet a loss.

grain: month, billing_kind, currency

month: First day of the month, UTC.
kind: Resource kind; 'credits' for what a backend answered.
billing_kind: What is measured; for credits the backend.
unit: The unit people read.
currency: The report currency.
quantity: Units metered.
cost_cents: Cost of them; null = no rate, or no bill yet.
revenue_cents: Revenue of them; null = no rate, or no price of its own (credits).
unit_cost_cents: Cost of one unit; null without quantity.
unit_revenue_cents: Revenue of one unit; null without quantity.
*/
with used as (
    select
        cast(date_trunc('month', day) as date) as month,
        deployment_id,
        billing_kind,
        sum(cast(base_quantity as hugeint)) as base_quantity,
        max(base_per_unit) as base_per_unit
    from core.usage_daily
    group by date_trunc('month', day), deployment_id, billing_kind
),

kinds as (
    select kind, billing_kind from ref.kinds where billing_kind is not null
    union
    select billing_kind as kind, billing_kind from ref.billing_kinds
),

-- The name a billing kind is read under is that of its first resource kind.
named as (
    select billing_kind, min_by(kind, source_row) as kind
    from ref.kinds
    group by billing_kind
),

money as (
    select
        cells.month,
        cells.deployment_id,
        kinds.billing_kind,
        count(*) filter (where cells.side = 'cost' and cells.report_cents is null) = 0
            as has_cost,
        count(*) filter (
            where cells.side = 'revenue' and cells.report_cents is null
        ) = 0 as has_revenue,
        sum(cells.report_cents) filter (where cells.side = 'cost') as cost_cents,
        sum(cells.report_cents) filter (where cells.side = 'revenue') as revenue_cents
    from core.margin_cells as cells
    join kinds on kinds.kind = cells.kind
    where cells.side in ('cost', 'revenue')
    group by cells.month, cells.deployment_id, kinds.billing_kind
),

metered as (
    select
        used.month,
        used.billing_kind,
        coalesce(min(named.kind), used.billing_kind) as kind,
        coalesce(min(units.unit), 'unit') as unit,
        coalesce(sum(used.base_quantity), 0) as base_quantity,
        max(used.base_per_unit) as base_per_unit,
        -- Before the bill is there a cost of zero would be a price nobody pays.
        case
            when bool_and(coalesce(money.has_cost, true))
                and used.month in (
                    select month from core.margin_cells where side = 'cost'
                )
                then coalesce(sum(money.cost_cents), 0)
        end as cost_cents,
        case
            when bool_and(coalesce(money.has_revenue, true))
                then coalesce(sum(money.revenue_cents), 0)
        end as revenue_cents
    from used
    left join money
        on money.month = used.month
        and money.deployment_id = used.deployment_id
        and money.billing_kind = used.billing_kind
    left join ref.billing_kinds as units on units.billing_kind = used.billing_kind
    left join named on named.billing_kind = used.billing_kind
    group by used.month, used.billing_kind
),

credits as (
    select
        costs.month,
        costs.backend,
        rates.report_currency,
        sum(cast(costs.credits as hugeint)) as credits,
        -- In 10^-14 cents: a credit costs a fraction of a cent, and is divided first.
        sum(
            cast(costs.cost_micros as hugeint)
            * cast(rates.fx_rate * 10000000000 as hugeint)
        ) as cost_e14
    from core.credit_costs as costs
    join core.margin_rates as rates
        on rates.month = costs.month and rates.currency = costs.currency
    group by costs.month, costs.backend, rates.report_currency
),

-- The amounts in 10^-8 cents times so many units, before they are divided by them.
amounts as (
    select
        metered.month,
        metered.kind,
        metered.billing_kind,
        metered.unit,
        today.report_currency as currency,
        metered.base_quantity,
        metered.base_per_unit,
        metered.cost_cents,
        metered.revenue_cents,
        metered.cost_cents * 100000000 * metered.base_per_unit as cost_e8,
        metered.revenue_cents * 100000000 * metered.base_per_unit as revenue_e8,
        metered.base_quantity as units
    from metered
    cross join ref.today as today
    union all
    select
        month,
        'credits' as kind,
        backend as billing_kind,
        'credit' as unit,
        report_currency as currency,
        credits as base_quantity,
        1 as base_per_unit,
        rounded_to(cost_e14, 100000000000000) as cost_cents,
        null as revenue_cents,
        cost_e14 as cost_e8,
        null as revenue_e8,
        credits * 1000000 as units
    from credits
)

select
    month,
    cast(kind as varchar) as kind,
    billing_kind,
    cast(unit as varchar) as unit,
    currency,
    cast(from_millionths(share_of(base_quantity, 1000000, base_per_unit)) as decimal(32, 6))
        as quantity,
    cast(cost_cents as bigint) as cost_cents,
    cast(revenue_cents as bigint) as revenue_cents,
    cast(
        0.00000001 * cast(rounded_to(cost_e8, nullif(units, 0)) as decimal(28, 0))
        as decimal(28, 8)
    ) as unit_cost_cents,
    cast(
        0.00000001 * cast(rounded_to(revenue_e8, nullif(units, 0)) as decimal(28, 0))
        as decimal(28, 8)
    ) as unit_revenue_cents
from amounts
