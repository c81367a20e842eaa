/*
What one currency is worth in another on each day: the last rate on or before the day.

The rate's own date is kept. A rate older than seven days is not given, because a price
in an old rate is a guess; the longest gap of the central bank is five days. A rate the
platform gives wins over the bank's of the same date.

grain: day, base, quote
check: rate > 0
check: day - rate_date between 0 and 7

day: The day.
base: Currency that is priced.
quote: Currency it is priced in.
rate: Units of quote for one of base.
source: Who says so.
*/
with currencies as (
    select report_currency as currency from ref.today
    union
    select 'USD' as currency
    union
    select currency from staging.tenants
    union
    select currency from staging.plan_versions
    union
    select currency from staging.resource_prices
),

euros as (
    select rate_date, currency, cast(rate * 10000000000 as hugeint) as rate_e10
    from staging.ecb_rates
    where currency in (select currency from currencies)
    union all
    select distinct rate_date, 'EUR' as currency, cast(10000000000 as hugeint)
    from staging.ecb_rates
    where 'EUR' in (select currency from currencies)
),

given as (
    select
        rate_date, base, quote, source,
        cast(rate * 10000000000 as hugeint) as rate_e10,
        cast(10000000000 as hugeint) as base_e10
    from staging.fx_rates
    where rate > 0
    union all
    select
        rate_date, quote, base, source, cast(10000000000 as hugeint),
        cast(rate * 10000000000 as hugeint)
    from staging.fx_rates
    where rate > 0
    union all
    select
        bases.rate_date, bases.currency, quotes.currency, 'ECB',
        quotes.rate_e10, bases.rate_e10
    from euros as bases
    join euros as quotes
        on quotes.rate_date = bases.rate_date and quotes.currency <> bases.currency
),

crosses as (
    select
        *,
        share_of(rate_e10, 10000000000, base_e10) as cross_e10,
        row_number() over (
            partition by rate_date, base, quote
            order by case when source = 'ECB' then 1 else 0 end, source, rate_e10
        ) as choice
    from given
),

dated as (
    select *, lead(rate_date) over (partition by base, quote order by rate_date) as next
    from crosses
    where choice = 1 and cross_e10 > 0
)

select
    cast(dated.rate_date + cast(numbers.number as integer) as date) as day,
    dated.base,
    dated.quote,
    cast(cast(dated.cross_e10 as decimal(28, 0)) * 0.0000000001 as decimal(18, 10))
        as rate,
    dated.rate_date,
    dated.source
from dated
join ref.numbers as numbers on numbers.number between 0 and 7
cross join ref.today as today
where dated.rate_date + cast(numbers.number as integer) <= today.day
    and (dated.rate_date + cast(numbers.number as integer) < dated.next
        or dated.next is null)
