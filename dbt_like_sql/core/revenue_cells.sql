/*
What each deployment earned, month by month and kind by kind, without tax.

The month is that of the service, on the billed basis: issued lines, else the current
draft. A void document earns nothing. Billing kinds become the resource kinds that cost
is booked under, so that both sides of a margin meet.

subject: margins
grain: month, tenant_id, deployment_id, kind, currency

month: First day of the month of service, UTC.
tenant_id: Who pays.
deployment_id: The deployment, or 'unattributed' for a line of the whole tenant.
kind: Resource kind; 'plan' for what is paid for the plan itself.
currency: Currency of the documents.
amount_cents: Sum of the lines.
is_provisional: Whether a line of it is still a draft.
*/
with documents as (
    select invoice_id, tenant_id, status from core.calendar_documents
    union all
    select invoice_id, tenant_id, status from core.anniversary_documents
),

lines as (
    select
        invoice_id, line_kind, deployment_id, resource_kind, amount_cents, currency,
        service_start
    from core.calendar_document_lines
    union all
    select
        invoice_id, line_kind, deployment_id, resource_kind, amount_cents, currency,
        service_start
    from core.anniversary_document_lines
),

kinds as (
    select billing_kind, min_by(kind, source_row) as kind
    from ref.kinds
    where billing_kind is not null
    group by billing_kind
),

named as (
    select
        cast(date_trunc('month', lines.service_start) as date) as month,
        documents.tenant_id,
        coalesce(nullif(lines.deployment_id, ''), 'unattributed') as deployment_id,
        coalesce(kinds.kind, nullif(lines.resource_kind, ''), 'plan') as kind,
        lines.currency,
        lines.amount_cents,
        documents.status in ('draft', 'before_start') as is_provisional
    from lines
    join documents on documents.invoice_id = lines.invoice_id
    left join kinds on kinds.billing_kind = lines.resource_kind
    where lines.line_kind <> 'tax' and documents.status <> 'void'
)

select
    month,
    tenant_id,
    deployment_id,
    kind,
    currency,
    cast(sum(amount_cents) as bigint) as amount_cents,
    cast(bool_or(is_provisional) as boolean) as is_provisional
from named
group by month, tenant_id, deployment_id, kind, currency
