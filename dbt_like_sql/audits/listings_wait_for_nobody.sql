/*
No listing lacks so much at once that it waits for an operator's `confirm-shrink`.

Until he decides, what it lists is shown and metered as it was before.

on: marts.resources
blocks: no
*/
with complete_ones as (
    select listing, account, received_at, verdict
    from staging.listing_receipts
    where is_complete
    qualify row_number() over (
        partition by account, listing order by received_at desc
    ) = 1
)

select 'confirm-shrink ' || listing as waits_for, account, received_at
from complete_ones
where verdict = 'held'
