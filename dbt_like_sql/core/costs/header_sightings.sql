/*
Invoice totals as the provider's index showed them, each time it was read.

A version of an invoice is judged by the header of its own time: a re-issue changes the
header too, and the older version does not become wrong by it.

grain: invoice_uuid, received_at

account: Provider account, as in resource ids.
invoice_id: The number people see, or empty.
period: Month billed, as 2026-04.
amount_micros: Total, in millionths.
is_preview: Whether the month still ran; never a final invoice.
received_at: When the index was read.
*/
select
    headers.account,
    headers.invoice_uuid,
    cast(coalesce(headers.invoice_id, '') as varchar) as invoice_id,
    headers.period,
    headers.amount_micros,
    headers.is_preview,
    receipts.received_at
from staging.invoice_headers as headers
join staging.receipts as receipts
    on receipts.sha256 = headers.source_file
    and receipts.account = headers.account
cross join ref.clock as clock
where receipts.kind = 'invoices'
    and receipts.verdict = 'accepted'
    and receipts.received_at <= clock.now_at
