/*
Invoices as the provider's index lists them, one row per index and invoice.

grain: account, source_file, invoice_uuid
*/
select
    account,
    invoice_uuid,
    invoice_id,
    period,
    amount_micros,
    is_preview,
    updated_at,
    source_file,
    source_row
from raw.invoice_headers
