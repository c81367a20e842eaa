/*
The lines of every invoice and adjustment, with the month and kind they are revenue of.

The lines of a document sum to its total, and without those of tax to its subtotal.

subject: margins
grain: invoice_id, line_number

invoice_id: The document.
line_number: From 1, in order of print.
line_kind: plan_base, addon, overage, tax, proration, renewal, plan_change or
    adjustment.
tenant_id: Who owes.
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
select
    invoice_id,
    line_number,
    line_kind,
    tenant_id,
    deployment_id,
    resource_kind,
    kind,
    month,
    quantity,
    unit_price_cents,
    amount_cents,
    currency,
    description,
    service_start,
    service_end,
    status,
    is_revenue
from core.document_lines
