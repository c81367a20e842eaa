/*
Every line of the invoices that were asked for, whole.

number: select sum(lines_micros) from asked
*/
select
    invoice_uuid,
    line_number,
    lines.product,
    lines.description,
    lines.amount_micros,
    lines.source_file,
    lines.source_row
from marts.cost_lines as lines
semi join asked using (invoice_uuid)
