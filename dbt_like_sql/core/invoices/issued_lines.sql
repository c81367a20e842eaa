/*
What has been charged so far for each thing of a customer's month.

Sums the live invoice and its adjustments by line key; what a fresh quote says beside
this is the next adjustment.

grain: tenant_id, currency, month, line_key

month: First day of the month, UTC.
line_key: What was charged for.
line_kind: What kind of charge; 'tax', or another.
subscription_id: The subscription; null = the whole document.
deployment_id: The deployment; null = the whole tenant.
resource_kind: Billing kind, tax code or 'plan'.
description: As it was printed first.
service_start: First instant of the service.
service_end: First instant after it.
amount_cents: Charged so far.
*/
select
    documents.tenant_id,
    documents.currency,
    cast(documents.period_start as date) as month,
    lines.line_key,
    cast(
        arg_min(lines.line_kind, documents.document_type = 'adjustment') as varchar
    ) as line_kind,
    cast(max(lines.subscription_id) as varchar) as subscription_id,
    cast(max(lines.deployment_id) as varchar) as deployment_id,
    cast(max(lines.resource_kind) as varchar) as resource_kind,
    cast(
        arg_min(lines.description, documents.document_type = 'adjustment') as varchar
    ) as description,
    cast(min(lines.service_start) as timestamp) as service_start,
    cast(max(lines.service_end) as timestamp) as service_end,
    cast(sum(lines.amount_cents) as bigint) as amount_cents
from staging.prior_documents as documents
join staging.prior_lines as lines using (invoice_id, document_hash)
where documents.voided_at is null
group by documents.tenant_id, documents.currency, documents.period_start,
    lines.line_key
