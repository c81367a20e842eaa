/*
Revenue in the margin table is the sum of all document lines without tax.

on: marts.cost_vs_revenue
*/
with margins as (
    select revenue_currency as currency, sum(revenue_original_cents) as cents
    from marts.cost_vs_revenue
    group by revenue_currency
),

documents as (
    select currency, sum(subtotal_cents) as cents
    from (
        select currency, subtotal_cents, status from core.calendar_documents
        union all
        select currency, subtotal_cents, status from core.anniversary_documents
    )
    where status <> 'void'
    group by currency
)

select documents.currency, documents.cents, coalesce(margins.cents, 0) as shown_cents
from documents
left join margins on margins.currency = documents.currency
where documents.cents <> coalesce(margins.cents, 0)
