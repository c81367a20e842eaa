/*
Invoices as the provider's index listed them, each time it was read whole.

A version of an invoice is judged by the header of its own time: a re-issue changes the
header too, and the older version does not become wrong by it.

grain: invoice_uuid, received_at

invoice_id: The number people see, or empty.
received_at: When the index was read.
*/
select
    headers.account,
    headers.invoice_uuid,
    cast(coalesce(headers.invoice_id, '') as varchar) as invoice_id,
    headers.period,
    headers.amount_micros,
    headers.is_preview,
    headers.updated_at,
    receipts.received_at,
    headers.source_file,
    headers.source_row
from raw.invoice_headers as headers
join staging.receipts as receipts
    on receipts.kind = 'invoices'
    and receipts.account = headers.account
    and receipts.sha256 = headers.source_file
where receipts.verdict = 'accepted'
