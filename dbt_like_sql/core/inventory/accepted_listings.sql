/*
The listings that history follows, numbered, so that strikes can be counted.

Unchanged listings count like changed ones: a resource is gone when three listings in
a row were whole and did not name it, however little else happened.

grain: account, listing, ordinal

account: Provider and account, as resource ids begin.
listing: What was listed.
received_at: The run's now of the listing.
ordinal: 1 for the first accepted listing of its kind in the account.
previous_at: The accepted listing before it.
third_previous_at: The third accepted listing before it.
last_ordinal: Number of the last one so far.
last_at: When that was.
*/
select
    receipts.account,
    receipts.listing,
    receipts.received_at,
    cast(row_number() over listings as bigint) as ordinal,
    cast(lag(receipts.received_at) over listings as timestamp) as previous_at,
    cast(lag(receipts.received_at, 3) over listings as timestamp) as third_previous_at,
    cast(count(*) over (partition by receipts.account, receipts.listing) as bigint)
        as last_ordinal,
    cast(
        max(receipts.received_at)
            over (partition by receipts.account, receipts.listing)
        as timestamp
    ) as last_at
from staging.listing_receipts as receipts
where receipts.verdict = 'accepted'
window listings as (
    partition by receipts.account, receipts.listing order by receipts.received_at
)
