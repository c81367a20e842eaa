/*
What credits cost by the backend that answered, and what their tiers brought in.

A tier's price is for all its credits, whichever backend answers; it stands under the
backend 'any', because cutting it up would invent a price per backend.

grain: month, tenant_id, deployment_id, backend, currency
check: credits >= 0

month: First day of the month, UTC.
backend: What answered; 'any' for the price of the tier.
currency: Currency of the unit cost, or of the price.
credits: Credits that were answered.
cost_micros: What they cost, in millionths.
revenue_cents: What the tier's price brought in.
*/
with sides as (
    select
        month, tenant_id, deployment_id, backend, currency, credits, cost_micros,
        0 as revenue_cents
    from core.credit_costs
    union all
    select
        month, tenant_id, deployment_id, 'any' as backend, currency, 0 as credits,
        0 as cost_micros, amount_cents
    from core.credit_revenue
)

select
    month,
    tenant_id,
    deployment_id,
    backend,
    currency,
    cast(sum(credits) as bigint) as credits,
    cast(sum(cost_micros) as bigint) as cost_micros,
    cast(sum(revenue_cents) as bigint) as revenue_cents
from sides
group by month, tenant_id, deployment_id, backend, currency
