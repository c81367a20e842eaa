/*
What each kind should have cost by the inventory, beside what the provider billed.

A droplet is priced by the second up to the monthly price of its size, on or off, as the
provider does; a snapshot or volume by its size. Backups are a share of the droplet's
own price. What has no known price is not estimated: nothing is guessed.

A difference is a resource that the inventory did not see, a price that changed, or a
bill that is wrong. The running month is estimated so far and not invoiced yet.

grain: month, provider_account, kind, currency

month: First day of the month, UTC.
provider_account: The account.
kind: Resource kind; the backups of a droplet are 'droplet_backup'.
currency: Currency of both amounts.
resources: How many resources the estimate is made of.
estimate_micros: By intervals and list prices, in millionths; null = no price is known.
invoiced_micros: Usage lines of the kind, in millionths; null = not invoiced yet.
difference_micros: Invoiced less estimate; null while one of them is unknown.
difference_pct: The same, in per cent of what was invoiced.
*/
with spans as (
    select
        months.month,
        cast(months.days as hugeint) * 86400 as month_seconds,
        resources.provider || ':' || resources.provider_account as account,
        resources.provider_account,
        resources.kind,
        resources.resource_id,
        resources.size,
        cast(resources.size_gb * 1000000 as hugeint) as micro_gb,
        coalesce(
            json_extract_string(resources.document, '$.features') like '%"backups"%',
            false
        ) as has_backups,
        cast(floor(epoch(least(
            coalesce(resources.valid_to, clock.now_at), clock.now_at,
            cast(months.next_month as timestamp)
        ))) as bigint)
        - cast(floor(epoch(greatest(
            resources.valid_from, cast(months.month as timestamp)
        ))) as bigint) as seconds
    from core.resources as resources
    cross join ref.clock as clock
    join ref.months as months
        on months.month <= coalesce(resources.valid_to, clock.now_at)
        and months.next_month > resources.valid_from
    where resources.kind = 'droplet'
        or resources.kind in (select kind from ref.provider_prices)
),

lived as (
    select
        month,
        month_seconds,
        account,
        provider_account,
        kind,
        resource_id,
        size,
        micro_gb,
        has_backups,
        sum(seconds) as seconds
    from spans
    where seconds > 0
    group by all
),

droplets as (
    select
        lived.month,
        lived.provider_account,
        lived.kind,
        lived.resource_id,
        lived.has_backups,
        least(
            prices.price_monthly_micros,
            share_of(prices.price_hourly_micros, lived.seconds, 3600)
        ) as micros
    from lived
    join core.size_prices as prices
        on prices.account = lived.account and prices.slug = lived.size
    where lived.kind = 'droplet'
),

priced as (
    select month, provider_account, kind, resource_id, micros
    from droplets
    union all
    select
        droplets.month,
        droplets.provider_account,
        prices.kind,
        droplets.resource_id,
        share_of(droplets.micros, prices.share_pct, 100) as micros
    from droplets
    join ref.provider_prices as prices on prices.measure = 'droplet_share'
    where droplets.has_backups
    union all
    select
        lived.month,
        lived.provider_account,
        lived.kind,
        lived.resource_id,
        share_of(
            lived.micro_gb * prices.price_micros,
            lived.seconds,
            lived.month_seconds * 1000000
        ) as micros
    from lived
    join ref.provider_prices as prices
        on prices.kind = lived.kind and prices.measure = 'gb_month'
    where lived.micro_gb is not null
),

estimates as (
    select
        month,
        provider_account,
        kind,
        'USD' as currency,
        count(distinct resource_id) as resources,
        sum(micros) as micros
    from priced
    group by month, provider_account, kind
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
        cast(date_trunc('month', period_start) as date) as month,
        provider_account
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
    percent_of(bill - estimate, bill) as difference_pct
from compared
