/*
The landed rows of those lines.
*/
select
    lines.invoice_uuid,
    lines.line_number,
    lines.description,
    lines.amount_micros,
    lines.source_file,
    lines.source_row
from marts.cost_lines as lines
join pieces
    on pieces.source = lines.invoice_uuid
    and pieces.line_number = lines.line_number
