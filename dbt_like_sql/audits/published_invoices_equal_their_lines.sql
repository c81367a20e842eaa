/*
The lines of every published document sum to its subtotal, its tax and its total.

on: marts.tenant_invoice_lines
*/
with sums as (
    select
        invoice_id,
        sum(amount_cents) as total_cents,
        coalesce(sum(amount_cents) filter (where line_kind = 'tax'), 0) as tax_cents
    from marts.tenant_invoice_lines
    group by invoice_id
)

select
    coalesce(documents.invoice_id, sums.invoice_id) as invoice_id,
    documents.total_cents,
    sums.total_cents as lines_cents,
    documents.tax_cents,
    sums.tax_cents as tax_lines_cents
from marts.tenant_invoices as documents
full outer join sums on documents.invoice_id = sums.invoice_id
where documents.total_cents is distinct from sums.total_cents
    or documents.tax_cents is distinct from sums.tax_cents
    or documents.subtotal_cents is distinct from sums.total_cents - sums.tax_cents
