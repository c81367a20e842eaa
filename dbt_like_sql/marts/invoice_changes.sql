/*
What a re-issued provider invoice says that its version before did not.

The newest accepted version counts everywhere else; this is the difference report. A
row is a kind of line: the same product, words and time.

grain: invoice_uuid, version, product, description, start_at, end_at

previous_version: SHA-256 of the file before.
version: SHA-256 of the file now.
currency: Currency of the invoice.
*/
select
    invoice_uuid,
    previous_version,
    version,
    received_at,
    product,
    description,
    start_at,
    end_at,
    previous_lines,
    lines,
    previous_micros,
    amount_micros,
    change_micros,
    'USD' as currency
from core.invoice_changes
