/*
Entries of the account's history, as its newest whole listing told them.

grain: account, entry_id

entry_id: Hash of the entry's natural key and a running number among equal ones.
entry_type: The provider's type; unknown ones are kept.
description: The provider's words.
invoice_uuid: Which invoice, or empty.
*/
with listings as (
    select
        account,
        sha256,
        row_number() over (partition by account order by received_at desc) as recency
    from staging.receipts
    where kind = 'billing_history'
        and verdict = 'accepted'
        -- An account's history does not vanish: an empty listing is no news.
        and items > 0
)

select
    history.account,
    history.entry_id,
    history.occurred_at,
    history.entry_type,
    history.amount_micros,
    cast(coalesce(history.description, '') as varchar) as description,
    cast(coalesce(history.invoice_uuid, '') as varchar) as invoice_uuid,
    history.source_file,
    history.source_row
from raw.billing_history as history
join listings
    on listings.account = history.account
    and listings.sha256 = history.source_file
where listings.recency = 1
