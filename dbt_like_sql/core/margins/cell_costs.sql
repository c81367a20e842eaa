/*
Allocated bill lines with the margin cell they belong to; tax belongs to none.

grain: invoice_uuid, line_number, tenant_id, deployment_id

invoice_uuid: The provider's invoice, or 'history:<entry>'.
line_number: Its line.
tenant_id: Who is served, or 'internal', or 'unattributed' when nobody claims it.
deployment_id: The deployment, or the same named values.
kind: Resource kind of the line, or its charge category where there is none.
month: First day of the month the provider billed, UTC.
rule: The rule that allocated the line.
amount_micros: The part of the line, in millionths.
currency: Currency of the provider's invoice.
*/
select
    allocation.invoice_uuid,
    allocation.line_number,
    cast(case when allocation.bucket = 'internal' then 'internal'
        else allocation.tenant_id end as varchar) as tenant_id,
    cast(case when allocation.bucket = 'internal' then 'internal'
        else allocation.deployment_id end as varchar) as deployment_id,
    cast(coalesce(nullif(lines.kind, ''), lines.charge_category) as varchar) as kind,
    cast(date_trunc('month', lines.period_start) as date) as month,
    allocation.rule,
    allocation.amount_micros,
    allocation.currency,
    lines.source_file,
    lines.source_row
from core.cost_allocation as allocation
join core.cost_lines as lines
    on lines.invoice_uuid = allocation.invoice_uuid
    and lines.line_number = allocation.line_number
where allocation.bucket <> 'tax'
