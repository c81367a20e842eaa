/*
What each resource should have cost in each month, by its intervals and list prices.

A droplet is priced by the second up to the monthly price of its size, on or off, as the
provider does; a snapshot or volume by its size. Backups are a share of the droplet's
own price. What has no known price has no row: nothing is guessed.

grain: month, kind, resource_id

month: First day of the month, UTC.
provider_account: The account.
kind: Resource kind; the backups of a droplet are 'droplet_backup'.
resource_id: The resource; for backups the droplet.
seconds: How long it existed in the month.
amount_micros: What it should have cost, in millionths.
currency: Currency of the prices.
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
        coalesce(json_extract_string(resources.document, '$.features')
            like '%"backups"%', false) as has_backups,
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
        month, month_seconds, account, provider_account, kind, resource_id, size,
        micro_gb, has_backups, sum(seconds) as seconds
    from spans
    where seconds > 0
    group by all
),

droplets as (
    select
        lived.*,
        least(prices.price_monthly_micros, (
            2 * cast(prices.price_hourly_micros as hugeint) * lived.seconds + 3600
        ) // (2 * cast(3600 as hugeint))) as micros
    from lived
    join core.size_prices as prices
        on prices.account = lived.account and prices.slug = lived.size
    where lived.kind = 'droplet'
),

priced as (
    select month, provider_account, kind, resource_id, seconds, micros from droplets
    union all
    select
        droplets.month, droplets.provider_account, prices.kind, droplets.resource_id,
        droplets.seconds,
        (2 * cast(droplets.micros as hugeint) * prices.share_pct + 100)
            // (2 * cast(100 as hugeint)) as micros
    from droplets
    join ref.provider_prices as prices on prices.measure = 'droplet_share'
    where droplets.has_backups
    union all
    select
        lived.month, lived.provider_account, lived.kind, lived.resource_id,
        lived.seconds,
        (2 * cast(lived.micro_gb as hugeint) * prices.price_micros * lived.seconds
            + lived.month_seconds * 1000000)
            // (2 * (lived.month_seconds * 1000000)) as micros
    from lived
    join ref.provider_prices as prices
        on prices.kind = lived.kind and prices.measure = 'gb_month'
    where lived.micro_gb is not null
)

select month, provider_account, kind, resource_id,
    cast(sum(seconds) as bigint) as seconds,
    cast(sum(micros) as bigint) as amount_micros,
    'USD' as currency
from priced
group by month, provider_account, kind, resource_id
