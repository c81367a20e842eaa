/*
Lines of subscription invoices: one per item, in order of service, then the tax.

grain: invoice_id, line_number
keyed: tenant_id
check: line_number > 0

invoice_id: The invoice.
line_number: Counts from 1 within it.
line_kind: 'proration', 'plan_change', 'renewal', 'adjustment' or 'tax'.
deployment_id: The relay; empty for the tax, which is the tenant's.
resource_kind: 'plan' for items; empty for the tax.
quantity: 1.
unit_price_cents: The amount; null beyond the range of a unit price.
currency: Currency.
description: Words on the line.
service_start: First instant it pays for.
service_end: First instant after.
*/
with item_lines as (
    select
        invoice_id,
        row_number() over (
            partition by invoice_id order by service_start, created_at, item_id
        ) as line_number,
        tenant_id,
        case item_kind
            when 'renewal' then 'renewal'
            when 'plan_change' then 'plan_change'
            when 'correction' then 'adjustment'
            else 'proration'
        end as line_kind,
        resource_id as deployment_id,
        'plan' as resource_kind,
        amount_cents,
        currency,
        description,
        service_start,
        service_end
    from core.subscription_claims
    where invoice_id is not null
),

taxes as (
    select invoice_id, max(tax_code) as tax_code, max(tax_rate) as tax_rate,
        count(*) as items
    from core.subscription_claims
    where invoice_id is not null
    group by invoice_id
),

lines as (
    select * from item_lines
    union all
    select
        documents.invoice_id,
        taxes.items + 1 as line_number,
        documents.tenant_id,
        'tax' as line_kind,
        '' as deployment_id,
        '' as resource_kind,
        documents.tax_cents as amount_cents,
        documents.currency,
        'Tax ' || taxes.tax_code || ', '
        || regexp_replace(cast(taxes.tax_rate * 100 as varchar), '[.]?0+$', '')
        || ' %, rounded half up' as description,
        documents.period_start as service_start,
        documents.period_end as service_end
    from core.anniversary_invoices as documents
    join taxes on documents.invoice_id = taxes.invoice_id
    where documents.tax_cents <> 0
)

select
    lines.invoice_id,
    cast(lines.line_number as bigint) as line_number,
    lines.tenant_id,
    cast(lines.line_kind as varchar) as line_kind,
    lines.deployment_id,
    cast(lines.resource_kind as varchar) as resource_kind,
    cast(1 as decimal(20, 6)) as quantity,
    try_cast(lines.amount_cents as decimal(16, 8)) as unit_price_cents,
    lines.amount_cents,
    lines.currency,
    cast(lines.description as varchar) as description,
    cast(lines.service_start as timestamp) as service_start,
    cast(lines.service_end as timestamp) as service_end
from lines
