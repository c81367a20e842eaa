/*
What a second of each machine type costs, from when to when.

Every price list we know is here: rate cards, and the provider's sizes. Prices are whole
numbers of a unit so small (a 10^12th of a cent, 36,288,000 times smaller still) that
per-second and per-hour prices add up without rounding. The first price of a type also
holds before it was published: an old price is closer than none. The type '*' is what a
type of no card is taken for.

grain: instance_type, valid_from
check: price_cents >= 0
check: unit_rate > 0
check: valid_from < valid_to or valid_to is null

instance_type: Machine type, or '*' for every type without a price.
valid_from: First instant.
valid_to: First instant after; null = open.
rate_card: The price list it stands on; 'digitalocean-sizes' for sizes.
price_cents: Price as written on the card.
per_seconds: For so many seconds.
unit_rate: Price of one second in units of 1 / (10^12 x 36,288,000) cents; null when
    per_seconds is not in ref.rate_units.
currency: Currency of the card.
source: Where the price was read.
*/
with listed as (
    select
        rates.rate_card,
        rates.instance_type,
        rates.effective_from,
        rates.price_cents,
        rates.per_seconds,
        coalesce(cards.currency, 'USD') as currency,
        rates.source,
        coalesce(rates.instance_type = cards.fallback_instance_type, true)
            as may_be_fallback
    from staging.instance_rates as rates
    left join ref.rate_cards as cards using (rate_card)
    union all
    -- The provider tells its prices with its sizes, by the hour; they hold since ever,
    -- because the listing keeps no history of them.
    select
        'digitalocean-sizes' as rate_card,
        slug as instance_type,
        date '1970-01-01' as effective_from,
        cast(
            max(cast(price_hourly_micros as decimal(18, 0)))
            * cast(0.0001 as decimal(5, 4)) as decimal(20, 12)
        ) as price_cents,
        3600 as per_seconds,
        currency,
        'DigitalOcean API, sizes' as source,
        false as may_be_fallback
    from core.size_prices
    where price_hourly_micros > 0
    group by slug, currency
),

prices as (
    select
        listed.*,
        cast(
            listed.price_cents
            * cast(1000000 as decimal(7, 0)) * cast(1000000 as decimal(7, 0))
            as hugeint
        ) * units.per_common as unit_rate
    from listed
    left join ref.rate_units as units using (per_seconds)
),

fallbacks as (
    -- A card that names no fallback falls back to its dearest machine: an estimate
    -- that is too high is looked at, one that is too low is not.
    select *
    from prices
    where may_be_fallback
    qualify row_number() over (
        partition by rate_card, effective_from
        order by unit_rate desc, instance_type
    ) = 1
),

priced as (
    select instance_type as priced_type, prices.* exclude (instance_type)
    from prices
    union all
    select '*' as priced_type, fallbacks.* exclude (instance_type)
    from fallbacks
),

ranges as (
    select
        *,
        lag(effective_from) over card as former_from,
        lead(effective_from) over card as next_from
    from priced
    window card as (partition by priced_type order by effective_from, rate_card)
)

select
    priced_type as instance_type,
    cast(
        case when former_from is null then date '1970-01-01' else effective_from end
        as timestamp
    ) as valid_from,
    cast(next_from as timestamp) as valid_to,
    rate_card,
    price_cents,
    per_seconds,
    unit_rate,
    currency,
    source
from ranges
