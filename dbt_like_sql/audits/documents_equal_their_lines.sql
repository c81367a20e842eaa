/*
The lines of a calendar document sum to its header.

on: core.calendar_lines
*/
select
    documents.invoice_id,
    documents.total_cents,
    sum(lines.amount_cents) as lines_cents,
    documents.tax_cents,
    sum(lines.amount_cents) filter (where lines.line_kind = 'tax') as tax_lines_cents
from core.calendar_documents as documents
left join core.calendar_lines as lines using (invoice_id)
group by documents.invoice_id, documents.total_cents, documents.tax_cents
having coalesce(sum(lines.amount_cents), 0) <> documents.total_cents
    or coalesce(sum(lines.amount_cents) filter (where lines.line_kind = 'tax'), 0)
    <> documents.tax_cents
