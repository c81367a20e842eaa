/*
A subscription invoice is the sum of its lines, and its items are claimed nowhere else.

on: core.anniversary_invoices
*/
with lines as (
    select invoice_id, sum(amount_cents) as lines_cents
    from core.anniversary_lines
    group by invoice_id
)

select
    coalesce(documents.invoice_id, lines.invoice_id) as invoice_id,
    documents.total_cents,
    lines.lines_cents
from core.anniversary_invoices as documents
full outer join lines on documents.invoice_id = lines.invoice_id
where
    documents.total_cents is null
    or lines.lines_cents is null
    or documents.total_cents <> lines.lines_cents
