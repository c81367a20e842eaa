/*
What was invoiced: usage of the kind in that month.

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
semi join asked using (provider_account, month, kind)
where charge_category = 'usage'
