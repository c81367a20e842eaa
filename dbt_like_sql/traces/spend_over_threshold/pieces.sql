/*
Spend: machines while they ran, and shares of the provider's lines.

Units are those of `marts.hosted_spend`: 36,288,000 x 10^12 are a cent.

unit: cents, rounded once
number: select sum(spend_cents) from asked
total: select sum(spend_cents) from rounded
*/
select
    asked.threshold_pct,
    asked.period_start,
    asked.tenant_id,
    asked.metric,
    asked.fx_rate,
    spend.currency = asked.currency as is_same_currency,
    spend.deployment_id as source,
    cast(null as bigint) as line_number,
    spend.instance_type,
    spend.start_at,
    spend.end_at,
    spend.seconds,
    spend.price_cents,
    spend.per_seconds,
    cast(spend.spend_units as hugeint) as units
from asked
join marts.hosted_spend as spend using (tenant_id, period_start)
where asked.metric = 'fly_compute_spend'
union all
select
    asked.threshold_pct,
    asked.period_start,
    asked.tenant_id,
    asked.metric,
    asked.fx_rate,
    allocation.currency = asked.currency,
    allocation.invoice_uuid,
    allocation.line_number,
    null,
    null,
    null,
    null,
    null,
    null,
    -- A millionth of a currency unit is 10^-4 cents.
    cast(allocation.amount_micros as hugeint) * 36288000 * 100000000
from asked
join marts.cost_allocation as allocation using (tenant_id)
join marts.provider_invoices as invoices
    on invoices.invoice_uuid = allocation.invoice_uuid
    and cast(date_trunc('month', invoices.period_start) as date) = asked.period_start
where asked.metric = 'invoiced_cost' and allocation.bucket in ('tenant', 'shared')
