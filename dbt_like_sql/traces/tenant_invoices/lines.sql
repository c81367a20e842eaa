/*
The lines of the documents that were asked for.

number: select sum(total_cents) from asked
*/
select lines.*
from marts.tenant_invoice_lines as lines
semi join asked using (invoice_id)
