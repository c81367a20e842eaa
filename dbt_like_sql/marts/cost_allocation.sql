/*
Who bears each line: a customer, all of them by a rule, we ourselves, the tax office.

Every line is here to the last millionth, so the rows of an invoice sum to its total.

subject: costs
grain: invoice_uuid, line_number, tenant_id, deployment_id

invoice_uuid: The invoice, or 'history:<entry>'.
line_number: The line.
tenant_id: The customer, or 'unattributed'.
deployment_id: The deployment, or 'unattributed'.
bucket: tenant, shared, internal, tax, provider_rounding or unattributed.
rule: The rule that decided.
rule_version: Its version.
amount_micros: The part, in millionths.
currency: Currency of the invoice.
*/
select
    invoice_uuid,
    line_number,
    tenant_id,
    deployment_id,
    bucket,
    rule,
    rule_version,
    amount_micros,
    currency
from core.cost_allocation
