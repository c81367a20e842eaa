/*
What each deployment cost us, month by month and kind by kind, its shares included.

The month is that of the provider's invoice. Recoverable tax is left out, because it
comes back; a refund that no invoice shows counts in the month it was entered.

subject: margins
grain: month, tenant_id, deployment_id, kind, currency

month: First day of the month the provider billed, UTC.
tenant_id: Who is served, or 'internal', or 'unattributed' when nobody claims it.
deployment_id: The deployment, or the same named values.
kind: Resource kind of the line, or its charge category where there is none.
currency: Currency of the provider's invoice.
amount_micros: Sum of the allocated lines, in millionths.
*/
with lines as (
    select
        invoice_uuid,
        line_number,
        coalesce(nullif(kind, ''), charge_category) as kind,
        cast(date_trunc('month', period_start) as date) as month
    from core.cost_lines
)

select
    lines.month,
    cast(case when allocation.bucket = 'internal' then 'internal'
        else allocation.tenant_id end as varchar) as tenant_id,
    cast(case when allocation.bucket = 'internal' then 'internal'
        else allocation.deployment_id end as varchar) as deployment_id,
    lines.kind,
    allocation.currency,
    cast(sum(allocation.amount_micros) as bigint) as amount_micros
from core.cost_allocation as allocation
join lines
    on lines.invoice_uuid = allocation.invoice_uuid
    and lines.line_number = allocation.line_number
where allocation.bucket <> 'tax'
group by all
