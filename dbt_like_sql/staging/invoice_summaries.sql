/*
Totals of an invoice by charge group.

grain: account, invoice_uuid, source_file
*/
select
    account,
    invoice_uuid,
    amount_micros,
    credits_micros,
    document,
    source_file,
    source_row
from raw.invoice_summaries
