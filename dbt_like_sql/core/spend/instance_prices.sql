/*
What machines cost by every price list we know: rate cards, and the provider's sizes.

DigitalOcean tells its prices with its sizes, by the hour; they hold since ever, because
the listing keeps no history of them.

grain: rate_card, instance_type, effective_from
check: price_cents >= 0

rate_card: The price list; 'digitalocean-sizes' for sizes.
instance_type: The machine type.
effective_from: First day of the price.
price_cents: Price, in cents.
per_seconds: For so many seconds.
currency: Currency of the price.
fallback_instance_type: What an unknown type is taken for; null = the dearest.
is_fallback_source: Whether unknown types may be given a price of this list.
source: Where the price was read.
*/
select
    rates.rate_card,
    rates.instance_type,
    rates.effective_from,
    rates.price_cents,
    rates.per_seconds,
    cast(coalesce(cards.currency, 'USD') as varchar) as currency,
    cards.fallback_instance_type,
    cast(true as boolean) as is_fallback_source,
    rates.source
from staging.instance_rates as rates
left join ref.rate_cards as cards using (rate_card)
union all
select
    'digitalocean-sizes' as rate_card,
    slug as instance_type,
    cast(date '1970-01-01' as date) as effective_from,
    cast(
        max(cast(price_hourly_micros as decimal(18, 0))) * cast(0.0001 as decimal(5, 4))
        as decimal(20, 12)
    ) as price_cents,
    cast(3600 as bigint) as per_seconds,
    currency,
    cast(null as varchar) as fallback_instance_type,
    cast(false as boolean) as is_fallback_source,
    'DigitalOcean API, sizes' as source
from core.size_prices
where price_hourly_micros > 0
group by slug, currency
