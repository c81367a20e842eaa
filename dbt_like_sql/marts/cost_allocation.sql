/*
Who bears each line: a customer, all of them by a rule, we ourselves, the tax office.

Every line is here to the last millionth, so the rows of an invoice sum to its total.

grain: invoice_uuid, line_number, tenant_id, deployment_id
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
