/*
What one unit costs us and earns us: an hour of droplet, a GB-month, an answered credit.

Amounts of the report currency, of the same deployments whose usage is counted, divided
once. Revenue is what is charged beyond allowances; what plans include earns no price of
its own, so a low unit revenue is not yet a loss.

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
with credits as (
    select
        costs.month,
        costs.backend,
        rates.report_currency as currency,
        sum(cast(costs.credits as hugeint)) as credits,
        sum(
            cast(costs.cost_micros as hugeint)
            * cast(rates.fx_rate * 10000000000 as hugeint)
        ) as product
    from core.credit_costs as costs
    join core.margin_rates as rates
        on rates.month = costs.month and rates.currency = costs.currency
    group by costs.month, costs.backend, rates.report_currency
),

amounts as (
    select
        month, kind, billing_kind, unit, currency, base_quantity, base_per_unit,
        cost_cents, revenue_cents,
        cast(cost_cents as hugeint) * 100000000 * base_per_unit as cost_product,
        cast(revenue_cents as hugeint) * 100000000 * base_per_unit as revenue_product,
        base_quantity as whole
    from core.unit_amounts
    union all
    -- A credit costs a fraction of a cent: it is divided before it is rounded to cents.
    select
        month, 'credits' as kind, backend, 'credit' as unit, currency, credits, 1,
        cast((2 * cast(product as hugeint) + 100000000000000)
            // (2 * cast(100000000000000 as hugeint)) as bigint),
        null,
        product,
        null,
        credits * 1000000
    from credits
)

select
    month,
    kind,
    billing_kind,
    unit,
    currency,
    cast(0.000001 * cast((2 * cast(base_quantity as hugeint) * 1000000 + base_per_unit)
        // (2 * cast(base_per_unit as hugeint)) as decimal(26, 0)) as decimal(32, 6))
        as quantity,
    cast(cost_cents as bigint) as cost_cents,
    cast(revenue_cents as bigint) as revenue_cents,
    cast(0.00000001 * cast(sign(cost_product) * (
        (2 * abs(cast(cost_product as hugeint)) + whole) // (2 * nullif(whole, 0))
    ) as decimal(28, 0)) as decimal(28, 8)) as unit_cost_cents,
    cast(0.00000001 * cast(sign(revenue_product) * (
        (2 * abs(cast(revenue_product as hugeint)) + whole) // (2 * nullif(whole, 0))
    ) as decimal(28, 0)) as decimal(28, 8)) as unit_revenue_cents
from amounts
