/*
What each customer's calendar month should come to, line by line, as known now.

The quotes of all subscriptions, plus the tax line. Drafts are these lines; where an
invoice stands, the difference to it is an adjustment.

grain: tenant_id, currency, month, line_key

currency: In which currency.
line_key: What is charged for.
line_kind: 'plan_base', 'addon', 'overage' or 'tax'.
subscription_id: The subscription; null for tax.
deployment_id: The deployment; null = the whole tenant.
resource_kind: Billing kind, tax code, or null for the plan itself.
quantity: How many.
unit_price_cents: Price of one.
amount_cents: The amount.
description: As printed.
service_start: First instant of the service.
service_end: First instant after it.
inputs: What the amount was computed from, as JSON.
*/
select
    requests.tenant_id,
    lines.currency,
    requests.month,
    lines.line_key,
    lines.line_kind,
    requests.subscription_id,
    requests.deployment_id,
    lines.resource_kind,
    lines.quantity,
    lines.unit_price_cents,
    lines.amount_cents,
    lines.description,
    lines.service_start,
    lines.service_end,
    lines.inputs
from core.quote_lines as lines
join core.quote_requests as requests using (quote_id)
union all
select
    tenant_id,
    currency,
    month,
    'tax/' || tax_code as line_key,
    'tax' as line_kind,
    null as subscription_id,
    null as deployment_id,
    tax_code as resource_kind,
    1 as quantity,
    tax_cents as unit_price_cents,
    tax_cents as amount_cents,
    'Tax ' || tax_code || ', '
    || regexp_replace(cast(rate * 100 as varchar), '[.]?0+$', '')
    || ' %, rounded half up' as description,
    cast(month as timestamp) as service_start,
    cast(next_month as timestamp) as service_end,
    cast(
        json_object('subtotal_cents', subtotal_cents, 'rate', cast(rate as varchar))
        as varchar
    ) as inputs
from core.quote_taxes
where tax_cents <> 0
