/*
The lines of what would be issued now: invoices, and adjustments of issued ones.

Where no invoice stands, a document is the month as it should be; where one stands, the
difference to what was charged. No difference is no line: a second run adds nothing.

grain: invoice_id, line_number

invoice_id: The document that would be issued.
line_number: From 1, in order of print.
corrects_invoice_id: The invoice an adjustment corrects; null for an invoice.
tenant_id: Who pays.
currency: In which currency.
revision: 1, and one more after each void.
line_kind: 'plan_base', 'addon', 'overage', 'tax' or 'adjustment'.
resource_kind: Billing kind, tax code or 'plan'.
quantity: How many.
unit_price_cents: Price of one.
amount_cents: The amount, or the difference.
description: As printed.
inputs: What the amount was computed from, as JSON.
*/
with drafted as (
    select
        differences.*,
        differences.tenant_id || '-' || differences.currency as customer,
        left(cast(month as varchar), 7) as period,
        periods.live_invoice_id,
        coalesce(periods.revisions, 0) as revisions,
        coalesce(periods.adjustments, 0) as adjustments,
        periods.live_invoice_id is not null as is_adjustment
    from core.calendar_differences as differences
    left join core.issued_periods as periods using (tenant_id, currency, month)
    where periods.live_invoice_id is null or due_cents <> charged_cents
    -- A month that costs nothing is no document.
    qualify bool_or(due_cents <> charged_cents)
        over (partition by tenant_id, currency, month)
)

select
    cast(
        case
            when is_adjustment
                then concat_ws('-', 'ADJ', period, customer, adjustments + 1)
            when revisions > 0
                then concat_ws('-', 'INV', period, customer, 'R' || (revisions + 1))
            else concat_ws('-', 'INV', period, customer)
        end as varchar
    ) as invoice_id,
    cast(
        row_number() over (
            partition by tenant_id, currency, month
            order by line_kind = 'tax', coalesce(subscription_id, ''),
                line_kind <> 'plan_base', line_kind <> 'addon', line_key
        ) as bigint
    ) as line_number,
    live_invoice_id as corrects_invoice_id,
    tenant_id,
    currency,
    month,
    cast(revisions + cast(not is_adjustment as bigint) as bigint) as revision,
    line_key,
    cast(
        case when is_adjustment and line_kind <> 'tax' then 'adjustment'
        else line_kind end as varchar
    ) as line_kind,
    subscription_id,
    deployment_id,
    cast(coalesce(resource_kind, case when is_adjustment then 'plan' end) as varchar)
        as resource_kind,
    cast(case when is_adjustment then 1 else quantity end as decimal(20, 6))
        as quantity,
    cast(
        case when is_adjustment then due_cents - charged_cents
        else unit_price_cents end as decimal(20, 8)
    ) as unit_price_cents,
    cast(due_cents - charged_cents as bigint) as amount_cents,
    cast(
        case when is_adjustment then 'Adjustment of ' || live_invoice_id || ': ' else ''
        end || description as varchar
    ) as description,
    service_start,
    service_end,
    cast(
        case when is_adjustment then cast(
            json_object(
                'due_cents', due_cents, 'charged_cents', charged_cents,
                'due_inputs', inputs
            ) as varchar
        ) else inputs end as varchar
    ) as inputs
from drafted
