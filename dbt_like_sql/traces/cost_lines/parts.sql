/*
The lines that were asked for, whole.

number: select sum(amount_micros) from asked
*/
select
    invoice_uuid,
    line_number,
    product,
    description,
    amount_micros,
    source_file,
    source_row
from asked
