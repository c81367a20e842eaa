/*
Entries of the account's history; the newest listing is the whole of it.

grain: account, source_file, entry_id
*/
select
    account,
    entry_id,
    occurred_at,
    entry_type,
    amount_micros,
    description,
    invoice_uuid,
    source_file,
    source_row
from raw.billing_history
