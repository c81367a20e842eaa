/*
The lines of the documents of both cycles, with the month and kind they are revenue of.

The month is that of the service, on the billed basis. Billing kinds become the resource
kinds that cost is booked under, so that both sides of a margin meet. What tells a line
of the whole tenant from one of a deployment is the name 'unattributed', never null.

grain: invoice_id, line_number

invoice_id: The document.
line_number: From 1, in order of print.
line_kind: plan_base, addon, overage, tax, proration, renewal, plan_change or
    adjustment.
deployment_id: The deployment; 'unattributed' = the whole tenant.
resource_kind: Billing kind or tax code; null for the plan itself.
kind: Resource kind the line is revenue of; 'plan' for the plan, 'tax' for tax.
month: First day of the month of service, UTC.
quantity: How many.
unit_price_cents: Price of one.
amount_cents: The amount.
currency: ISO 4217 code.
description: As printed.
service_start: First instant of the service.
service_end: First instant after it.
status: Status of the document.
is_revenue: Whether it counts as revenue: no tax, and no line of a void document.
*/
with lines as (
    select
        invoice_id, line_number, line_kind, deployment_id, resource_kind, quantity,
        unit_price_cents, amount_cents, currency, description, service_start,
        service_end
    from core.calendar_lines
    union all
    select
        invoice_id, line_number, line_kind, deployment_id, resource_kind, quantity,
        unit_price_cents, amount_cents, currency, description, service_start,
        service_end
    from core.anniversary_lines
),

kinds as (
    select billing_kind, min_by(kind, source_row) as kind
    from ref.kinds
    where billing_kind is not null
    group by billing_kind
)

select
    lines.invoice_id,
    lines.line_number,
    lines.line_kind,
    documents.tenant_id,
    cast(coalesce(nullif(lines.deployment_id, ''), 'unattributed') as varchar)
        as deployment_id,
    cast(nullif(lines.resource_kind, '') as varchar) as resource_kind,
    cast(case when lines.line_kind = 'tax' then 'tax'
        else coalesce(kinds.kind, nullif(lines.resource_kind, ''), 'plan')
    end as varchar) as kind,
    cast(date_trunc('month', lines.service_start) as date) as month,
    cast(lines.quantity as decimal(20, 6)) as quantity,
    cast(lines.unit_price_cents as decimal(20, 8)) as unit_price_cents,
    lines.amount_cents,
    lines.currency,
    lines.description,
    lines.service_start,
    lines.service_end,
    documents.status,
    lines.line_kind <> 'tax' and documents.status <> 'void' as is_revenue
from lines
join core.documents as documents on documents.invoice_id = lines.invoice_id
left join kinds on kinds.billing_kind = lines.resource_kind
