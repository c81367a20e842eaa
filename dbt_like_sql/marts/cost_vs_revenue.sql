/*
What each deployment earned and what it cost, side by side, month by month.

A zero stands where one side is missing: a cost nobody pays for, and a price nobody has
a cost for, are the rows an operator most needs to see. Cost is what the provider billed,
shares included and recoverable tax left out; revenue is what was issued, else the
draft. Credits are shown by their unit prices in columns of their own, because no
provider invoice and no document of ours carries them.

grain: month, tenant_id, deployment_id, kind, revenue_currency
check: margin_cents is null or margin_cents = revenue_cents - cost_cents
check: state in ('provisional', 'final')
warn: revenue_cents is not null and cost_cents is not null

tenant_id: The tenant; 'internal' is ourselves, 'unattributed' nobody known.
deployment_id: The deployment, or the same named values.
kind: Resource kind; 'plan' for what is paid for the plan itself.
revenue_currency: Currency of the documents; the tenant's own where there are none.
revenue_cents: Revenue in the report currency; null = no exchange rate is known.
cost_cents: Cost in the report currency; null = no exchange rate is known; 0 in a
    provisional month may only mean that the provider's bill is still to come.
margin_cents: Revenue less cost; before the bill it is revenue alone.
margin_pct: Margin as a share of revenue, in per cent; null without revenue.
revenue_original_cents: Revenue as it stands on the documents.
cost_micros_usd: Cost as the provider billed it, in millionths.
fx_rate: Report units per US dollar, at which cost was converted.
revenue_fx_rate: Report units per unit of the revenue currency.
unit_revenue_cents: What tiers of credits earned by their prices, report currency.
unit_cost_cents: What spent credits cost by their unit costs, report currency.
state: 'final' when the provider's invoices of the month are accepted, no draft is left
    and both sides have a rate; until then 'provisional', and the figures change.
*/
with measured as (
    select
        margins.*,
        margins.revenue_cents - margins.cost_cents as result_cents
    from core.margins as margins
)

select
    measured.month,
    measured.tenant_id,
    measured.deployment_id,
    measured.kind,
    measured.revenue_currency,
    measured.revenue_cents,
    measured.cost_cents,
    cast(measured.result_cents as bigint) as margin_cents,
    cast(case when measured.revenue_cents > 0 then 0.1 * cast(
        sign(measured.result_cents) * ((
            2 * abs(cast(measured.result_cents as hugeint)) * 1000
            + measured.revenue_cents
        ) // (2 * measured.revenue_cents)) as decimal(18, 0)
    ) end as decimal(18, 1)) as margin_pct,
    measured.currency,
    measured.revenue_original_cents,
    measured.cost_micros_usd,
    cost_rates.fx_rate,
    cost_rates.fx_date,
    revenue_rates.fx_rate as revenue_fx_rate,
    revenue_rates.fx_date as revenue_fx_date,
    measured.unit_revenue_cents,
    measured.unit_cost_cents,
    cast(case when measured.is_final then 'final' else 'provisional' end as varchar)
        as state
from measured
left join core.margin_rates as cost_rates
    on cost_rates.month = measured.month and cost_rates.currency = 'USD'
left join core.margin_rates as revenue_rates
    on revenue_rates.month = measured.month
    and revenue_rates.currency = measured.revenue_currency
