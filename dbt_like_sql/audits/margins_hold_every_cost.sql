/*
Cost in the margin table and recoverable tax together are the provider's invoices.

on: marts.cost_vs_revenue
*/
with margins as (
    select month, sum(cost_micros_usd) as micros
    from marts.cost_vs_revenue
    group by month
),

taxes as (
    select
        cast(date_trunc('month', lines.period_start) as date) as month,
        sum(allocation.amount_micros) as micros
    from core.cost_allocation as allocation
    join core.cost_lines as lines
        on lines.invoice_uuid = allocation.invoice_uuid
        and lines.line_number = allocation.line_number
    where allocation.bucket = 'tax'
    group by 1
),

invoices as (
    select
        cast(date_trunc('month', period_start) as date) as month,
        sum(lines_micros) as micros
    from core.provider_invoices
    where verdict = 'accepted'
    group by 1
)

select
    invoices.month,
    invoices.micros as invoiced_micros,
    coalesce(margins.micros, 0) as cost_micros,
    coalesce(taxes.micros, 0) as tax_micros
from invoices
left join margins on margins.month = invoices.month
left join taxes on taxes.month = invoices.month
where invoices.micros <> coalesce(margins.micros, 0) + coalesce(taxes.micros, 0)
