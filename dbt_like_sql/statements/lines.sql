/*
The lines of the documents, in their order.
*/
select lines.*
from marts.tenant_invoice_lines as lines
semi join chosen using (invoice_id)
order by lines.invoice_id, lines.line_number
