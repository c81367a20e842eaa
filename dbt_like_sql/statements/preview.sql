/*
The drafts of a month, each beside what the same customer had the month before.
*/
with drafts as (
    select *
    from marts.tenant_invoices
    where
        date_trunc('month', period_start) = $month
        and status in ('draft', 'before_start')
),

before as (
    select
        tenant_id,
        currency,
        cycle,
        sum(total_cents) as total_cents
    from marts.tenant_invoices
    where
        date_trunc('month', period_start) = $month - interval 1 month
        and status <> 'void'
    group by tenant_id, currency, cycle
)

select
    drafts.tenant_id,
    drafts.currency,
    drafts.cycle,
    drafts.invoice_id,
    drafts.document_type,
    drafts.status,
    drafts.subtotal_cents,
    drafts.tax_cents,
    drafts.total_cents,
    before.total_cents as last_month_cents
from drafts
left join before using (tenant_id, currency, cycle)
order by drafts.tenant_id, drafts.currency, drafts.cycle, drafts.invoice_id
