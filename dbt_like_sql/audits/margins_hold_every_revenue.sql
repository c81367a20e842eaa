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
    from core.documents
    where status <> 'void'
    group by currency
)

select
    coalesce(documents.currency, margins.currency) as currency,
    coalesce(documents.cents, 0) as document_cents,
    coalesce(margins.cents, 0) as shown_cents
from documents
full outer join margins on margins.currency = documents.currency
where coalesce(documents.cents, 0) <> coalesce(margins.cents, 0)
