/*
What a size of droplet costs at the provider, by the last listing of sizes.

The hourly price comes as a binary fraction in disguise (0.00743999984115362) and is
meant with five places.

grain: account, slug
check: price_monthly_micros >= 0 and price_hourly_micros >= 0

account: Provider and account, as resource ids begin.
slug: Size slug.
price_monthly_micros: Price of a month, in millionths.
price_hourly_micros: Price of an hour, in millionths.
currency: The provider's currency.
observed_at: The listing that showed it.
*/
with prices as (
    select
        documents.account,
        documents.provider_id as slug,
        documents.observed_at,
        documents.is_present,
        try_cast(json_extract_string(documents.document, '$.price_monthly')
            as decimal(24, 12)) as monthly,
        try_cast(json_extract_string(documents.document, '$.price_hourly')
            as decimal(24, 12)) as hourly
    from staging.resource_documents as documents
    join core.accepted_listings as listings
        on listings.account = documents.account
        and listings.listing = documents.listing
        and listings.received_at = documents.observed_at
    where documents.listing = 'sizes'
    qualify row_number() over (
        partition by documents.account, documents.provider_id
        order by documents.observed_at desc
    ) = 1
)

select
    account,
    slug,
    cast(round(monthly, 5) * 1000000 as bigint) as price_monthly_micros,
    cast(round(hourly, 5) * 1000000 as bigint) as price_hourly_micros,
    'USD' as currency,
    observed_at
from prices
where is_present and monthly >= 0 and hourly >= 0
