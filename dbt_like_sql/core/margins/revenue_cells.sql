/*
What each deployment earned, month by month and kind by kind, without tax.

Revenue is what was issued, else the current draft. A void document earns nothing.

grain: month, tenant_id, deployment_id, kind, currency

tenant_id: Who pays.
deployment_id: The deployment, or 'unattributed' for a line of the whole tenant.
kind: Resource kind; 'plan' for what is paid for the plan itself.
currency: Currency of the documents.
amount_cents: Sum of the lines.
is_provisional: Whether a line of it is still a draft.
*/
select
    month,
    tenant_id,
    deployment_id,
    kind,
    currency,
    cast(sum(amount_cents) as bigint) as amount_cents,
    cast(bool_or(status in ('draft', 'before_start')) as boolean) as is_provisional
from core.document_lines
where is_revenue
group by month, tenant_id, deployment_id, kind, currency
