/*
What each thing of a month should cost, beside what has been charged for it.

grain: tenant_id, currency, month, line_key

tenant_id: Who pays.
currency: In which currency.
line_key: What is charged for.
line_kind: 'plan_base', 'addon', 'overage' or 'tax'.
subscription_id: The subscription; null for tax.
deployment_id: The deployment; null = the whole tenant.
resource_kind: Billing kind, tax code, or null for the plan itself.
description: As printed.
service_start: First instant of the service.
service_end: First instant after it.
quantity: How many; null = nothing is due any more.
unit_price_cents: Price of one; null = nothing is due any more.
due_cents: What it should cost.
charged_cents: What the live invoice and its adjustments charged.
inputs: What was due was computed from, as JSON.
*/
select
    tenant_id,
    currency,
    month,
    line_key,
    cast(coalesce(targets.line_kind, issued.line_kind) as varchar) as line_kind,
    cast(coalesce(targets.subscription_id, issued.subscription_id) as varchar)
        as subscription_id,
    cast(coalesce(targets.deployment_id, issued.deployment_id) as varchar)
        as deployment_id,
    cast(coalesce(targets.resource_kind, issued.resource_kind) as varchar)
        as resource_kind,
    cast(coalesce(targets.description, issued.description) as varchar) as description,
    cast(coalesce(targets.service_start, issued.service_start) as timestamp)
        as service_start,
    cast(coalesce(targets.service_end, issued.service_end) as timestamp)
        as service_end,
    targets.quantity,
    targets.unit_price_cents,
    cast(coalesce(targets.amount_cents, 0) as bigint) as due_cents,
    cast(coalesce(issued.amount_cents, 0) as bigint) as charged_cents,
    cast(coalesce(targets.inputs, '{}') as varchar) as inputs
from core.calendar_targets as targets
full join core.issued_lines as issued using (tenant_id, currency, month, line_key)
