/*
How old our knowledge of each listing is, and what went wrong since.

grain: account, kind

account: Provider and account, as resource ids begin.
kind: The listing, or another thing that is asked for as a whole.
last_complete_at: The last look that was whole and is followed; null = never.
last_attempt_at: The last look.
failures_since: Looks since then that were not whole, or are held for an operator.
problem: What was wrong with the last one; null = nothing.
*/
with looks as (
    select
        receipts.*,
        max(case when receipts.verdict = 'accepted' then receipts.received_at end)
            over (partition by receipts.account, receipts.listing) as last_complete_at,
        row_number() over (
            partition by receipts.account, receipts.listing
            order by receipts.received_at desc
        ) as age
    from staging.listing_receipts as receipts
)

select
    account,
    listing as kind,
    cast(max(last_complete_at) as timestamp) as last_complete_at,
    cast(max(received_at) as timestamp) as last_attempt_at,
    cast(count(*) filter (
        where received_at > last_complete_at or last_complete_at is null
    ) as bigint) as failures_since,
    cast(max(case
        when age > 1 or verdict = 'accepted' then null
        when verdict = 'held'
            then 'so much is missing that it waits for confirm-shrink ' || listing
        else coalesce(problem, verdict)
    end) as varchar) as problem
from looks
group by account, listing
