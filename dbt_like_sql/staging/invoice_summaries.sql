/*
Totals of an invoice by charge group, each time its summary was received.

grain: account, invoice_uuid, received_at

received_at: When the summary was received.
*/
select
    summaries.account,
    summaries.invoice_uuid,
    summaries.amount_micros,
    summaries.credits_micros,
    summaries.document,
    receipts.received_at,
    summaries.source_file,
    summaries.source_row
from raw.invoice_summaries as summaries
join staging.receipts as receipts
    on receipts.kind = 'invoice_summary'
    and receipts.account = summaries.account
    and receipts.subject = summaries.invoice_uuid
    and receipts.sha256 = summaries.source_file
