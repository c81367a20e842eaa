/*
What a re-issued provider invoice says that its version before did not.

The newest accepted version counts everywhere else; this is the difference report. A
row is a kind of line: the same product, words and time.

subject: costs
grain: invoice_uuid, version, product, description, start_at, end_at

invoice_uuid: The invoice.
previous_version: SHA-256 of the file before.
version: SHA-256 of the file now.
received_at: When the new version was received.
product: The provider's product.
description: The provider's words.
start_at: Start of the line, or the year 1970 when none is stated.
end_at: End of the line, or the year 1970 when none is stated.
previous_lines: Lines of this kind before.
lines: Lines of this kind now.
previous_micros: Their sum before, in millionths.
amount_micros: Their sum now, in millionths.
change_micros: Now less before, in millionths.
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
