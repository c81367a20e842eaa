/*
The billing history as the newest whole listing told it.

grain: account, entry_id

account: Provider account, as in resource ids.
entry_id: Hash of the entry's natural key and a running number among equal ones.
entry_type: The provider's type; unknown ones are kept.
amount_micros: Positive = owed, in millionths.
description: The provider's words.
invoice_uuid: Which invoice, or empty.
source_file: SHA-256 of the listing.
source_row: Row in it.
*/
with newest as (
    select
        receipts.account,
        receipts.sha256,
        row_number() over (
            partition by receipts.account order by receipts.received_at desc
        ) as recency
    from staging.receipts as receipts
    cross join ref.clock as clock
    where receipts.kind = 'billing_history'
        and receipts.verdict = 'accepted'
        -- An account's history does not vanish: an empty listing is no news.
        and receipts.items > 0
        and receipts.received_at <= clock.now_at
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
from staging.billing_history as history
join newest
    on newest.account = history.account
    and newest.sha256 = history.source_file
where newest.recency = 1
