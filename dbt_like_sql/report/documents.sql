/*
Invoices and drafts whose period began in this month or after it.

title: What was billed
nothing: No document is due for this month.
*/
select
    number,
    tenant_id as tenant,
    document_type as document,
    status,
    cast(period_start as date) as "from",
    total_cents,
    currency,
    cast(due_at as date) as due
from marts.tenant_invoices
join shown on period_start >= shown.month
order by period_start, tenant, number
