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
month: First day of the month, UTC.
revision: 1, and one more after each void.
line_key: What is charged for; the same whenever it is quoted again.
line_kind: 'plan_base', 'addon', 'overage', 'tax' or 'adjustment'.
subscription_id: The subscription; null for tax.
deployment_id: The deployment; null = the whole tenant.
resource_kind: Billing kind, tax code or 'plan'.
quantity: How many.
unit_price_cents: Price of one.
amount_cents: The amount, or the difference.
description: As printed.
service_start: First instant of the service.
service_end: First instant after it.
inputs: What the amount was computed from, as JSON.
*/
with charged as (
    -- What the live invoice and its adjustments charged for each thing of a month.
    select
        documents.tenant_id,
        documents.currency,
        cast(documents.period_start as date) as month,
        lines.line_key,
        arg_min(lines.line_kind, documents.document_type = 'adjustment') as line_kind,
        max(lines.subscription_id) as subscription_id,
        max(lines.deployment_id) as deployment_id,
        max(lines.resource_kind) as resource_kind,
        -- As it was printed first.
        arg_min(lines.description, documents.document_type = 'adjustment')
            as description,
        min(lines.service_start) as service_start,
        max(lines.service_end) as service_end,
        sum(lines.amount_cents) as amount_cents
    from staging.prior_documents as documents
    join staging.prior_lines as lines using (invoice_id, document_hash)
    where documents.voided_at is null
    group by
        documents.tenant_id, documents.currency, documents.period_start, lines.line_key
),

compared as (
    select
        tenant_id,
        currency,
        month,
        line_key,
        coalesce(due.line_kind, charged.line_kind) as line_kind,
        coalesce(due.subscription_id, charged.subscription_id) as subscription_id,
        coalesce(due.deployment_id, charged.deployment_id) as deployment_id,
        coalesce(due.resource_kind, charged.resource_kind) as resource_kind,
        coalesce(due.description, charged.description) as description,
        coalesce(due.service_start, charged.service_start) as service_start,
        coalesce(due.service_end, charged.service_end) as service_end,
        due.quantity,
        due.unit_price_cents,
        cast(coalesce(due.amount_cents, 0) as bigint) as due_cents,
        cast(coalesce(charged.amount_cents, 0) as bigint) as charged_cents,
        coalesce(due.inputs, '{}') as inputs
    from core.calendar_targets as due
    full join charged using (tenant_id, currency, month, line_key)
),

drafted as (
    select
        compared.*,
        compared.tenant_id || '-' || compared.currency as customer,
        left(cast(month as varchar), 7) as period,
        periods.live_invoice_id,
        coalesce(periods.revisions, 0) as revisions,
        coalesce(periods.adjustments, 0) as adjustments,
        periods.live_invoice_id is not null as is_adjustment
    from compared
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
