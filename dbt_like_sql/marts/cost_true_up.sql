/*
What each kind should have cost by the inventory, beside what the provider billed.

A difference is a resource that the inventory did not see, a price that changed, or a
bill that is wrong. The running month is estimated so far and not invoiced yet.

grain: month, provider_account, kind, currency

month: First day of the month, UTC.
provider_account: The account.
kind: Resource kind.
currency: Currency of both amounts.
resources: How many resources the estimate is made of.
estimate_micros: By intervals and list prices, in millionths; null = no price is known.
invoiced_micros: Usage lines of the kind, in millionths; null = not invoiced yet.
difference_micros: Invoiced less estimate; null while one of them is unknown.
difference_pct: The same, in per cent of what was invoiced.
*/
with estimates as (
    select month, provider_account, kind, currency,
        count(*) as resources, sum(amount_micros) as micros
    from core.cost_estimates
    group by all
),

invoiced as (
    select
        cast(date_trunc('month', period_start) as date) as month,
        provider_account,
        kind,
        currency,
        sum(amount_micros) as micros
    from core.cost_lines
    where charge_category = 'usage'
    group by all
),

billed as (
    select distinct
        cast(date_trunc('month', period_start) as date) as month, provider_account
    from core.provider_invoices
    where verdict = 'accepted' and status <> 'history'
),

compared as (
    select
        month,
        provider_account,
        kind,
        currency,
        coalesce(estimates.resources, 0) as resources,
        estimates.micros as estimate,
        case when billed.month is not null then coalesce(invoiced.micros, 0) end as bill
    from estimates
    full join invoiced using (month, provider_account, kind, currency)
    left join billed using (month, provider_account)
)

select
    month,
    provider_account,
    kind,
    currency,
    cast(resources as bigint) as resources,
    cast(estimate as bigint) as estimate_micros,
    cast(bill as bigint) as invoiced_micros,
    cast(bill - estimate as bigint) as difference_micros,
    cast(0.1 * cast(case when bill > 0 then sign(bill - estimate) * (
        (2 * abs(cast(bill - estimate as hugeint)) * 1000 + bill) // (2 * bill)
    ) end as decimal(18, 0)) as decimal(18, 1)) as difference_pct
from compared
