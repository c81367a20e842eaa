/*
What each tenant's month cost us so far, by how we know it.

`fly_compute_spend` is estimated from hours and list prices, because the provider has no
usage to ask for; `invoiced_cost` is the tenant's share of accepted provider invoices.
The month's end is foreseen by letting run what runs now.

grain: tenant_id, metric, period_start, currency

tenant_id: Whose cost.
metric: How it is known.
period_start: First day of the month, UTC.
currency: Currency it is paid in.
spend_units: Cost so far in units of 1 / (10^12 x 36,288,000) cents.
projected_units: Cost of the whole month, foreseen.
rate_card: Where the prices came from; 'invoice' when from an invoice.
*/
with hosted as (
    select
        spend.tenant_id,
        spend.period_start,
        spend.currency,
        sum(spend.spend_units) as spend_units,
        coalesce(sum(spend.unit_rate) filter (where spend.is_running), 0) as run_rate,
        max(spend.rate_card) as rate_card
    from core.hosted_spend as spend
    group by spend.tenant_id, spend.period_start, spend.currency
),

remaining as (
    select
        months.month as period_start,
        greatest(
            date_diff('second', clock.now_at, cast(months.next_month as timestamp)), 0
        ) as seconds
    from ref.months as months
    cross join ref.clock as clock
),

invoiced as (
    select
        allocation.tenant_id,
        cast(date_trunc('month', invoices.period_start) as date) as period_start,
        allocation.currency,
        sum(cast(allocation.amount_micros as hugeint)) as amount_micros
    from core.cost_allocation as allocation
    join core.provider_invoices as invoices using (invoice_uuid)
    cross join ref.clock as clock
    where allocation.bucket in ('tenant', 'shared')
        and allocation.tenant_id <> 'unattributed'
        and invoices.period_start <= clock.now_at
    group by
        allocation.tenant_id,
        date_trunc('month', invoices.period_start),
        allocation.currency
)

select
    hosted.tenant_id,
    'fly_compute_spend' as metric,
    hosted.period_start,
    hosted.currency,
    cast(hosted.spend_units as hugeint) as spend_units,
    cast(hosted.spend_units + hosted.run_rate * remaining.seconds as hugeint)
        as projected_units,
    hosted.rate_card
from hosted
join remaining using (period_start)
union all
select
    tenant_id,
    'invoiced_cost' as metric,
    period_start,
    currency,
    -- A millionth of a currency unit is 10^-4 cents.
    cast(amount_micros * 100000000 * 36288000 as hugeint) as spend_units,
    cast(amount_micros * 100000000 * 36288000 as hugeint) as projected_units,
    'invoice' as rate_card
from invoiced
