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
select
    margins.month,
    margins.tenant_id,
    margins.deployment_id,
    margins.kind,
    margins.revenue_currency,
    margins.revenue_cents,
    margins.cost_cents,
    cast(margins.revenue_cents - margins.cost_cents as bigint) as margin_cents,
    percent_of(margins.revenue_cents - margins.cost_cents, margins.revenue_cents)
        as margin_pct,
    margins.currency,
    margins.revenue_original_cents,
    margins.cost_micros_usd,
    cost_rates.fx_rate,
    cost_rates.fx_date,
    revenue_rates.fx_rate as revenue_fx_rate,
    revenue_rates.fx_date as revenue_fx_date,
    margins.unit_revenue_cents,
    margins.unit_cost_cents,
    cast(case when margins.is_final then 'final' else 'provisional' end as varchar)
        as state
from core.margins as margins
left join core.margin_rates as cost_rates
    on cost_rates.month = margins.month and cost_rates.currency = 'USD'
left join core.margin_rates as revenue_rates
    on revenue_rates.month = margins.month
    and revenue_rates.currency = margins.revenue_currency
