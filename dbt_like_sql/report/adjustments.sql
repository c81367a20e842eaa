/*
An issued document is never edited: another one corrects it.

title: Adjustments and voids
nothing: No issued document was corrected.
*/
select
    number,
    tenant_id as tenant,
    document_type as document,
    status,
    cast(period_start as date) as "from",
    total_cents,
    currency,
    corrects_invoice_id as corrects,
    issued_at
from marts.tenant_invoices
where document_type = 'adjustment' or status = 'void'
order by period_start desc, number
