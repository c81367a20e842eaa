/*
The parts that were asked for.

number: select sum(amount_micros) from asked
*/
select
    asked.*,
    lines.product,
    lines.description,
    lines.source_file,
    lines.source_row
from asked
join marts.cost_lines as lines using (invoice_uuid, line_number)
