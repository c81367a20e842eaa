/*
What was invoiced: the lines of those months without tax.

number: select sum(invoiced_micros) from asked
*/
select
    invoice_uuid,
    line_number,
    product,
    description,
    amount_micros,
    source_file,
    source_row
from billed
where status <> 'history' and charge_category <> 'tax'
