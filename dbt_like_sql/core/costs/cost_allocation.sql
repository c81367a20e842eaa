/*
Who bears each line: a customer, all of them by a rule, we ourselves, the tax office.

Every line is here to the last millionth, so the rows of an invoice sum to its total.

grain: invoice_uuid, line_number, tenant_id, deployment_id

invoice_uuid: The invoice, or 'history:<entry>'.
line_number: The line.
tenant_id: The customer, or 'unattributed'.
deployment_id: The deployment, or 'unattributed'.
bucket: tenant, shared, internal, tax, provider_rounding or unattributed.
rule: The rule that decided.
amount_micros: The part, in millionths.
*/
select
    invoice_uuid,
    line_number,
    tenant_id,
    deployment_id,
    'shared' as bucket,
    rule,
    rule_version,
    amount_micros,
    currency
from core.shared_costs
union all
select
    scopes.invoice_uuid,
    scopes.line_number,
    case when scopes.scope = 'tenant' then scopes.tenant_id else 'unattributed' end,
    case when scopes.scope = 'tenant' then scopes.deployment_id else 'unattributed' end,
    case
        when scopes.method <> 'keep' then 'unattributed'
        when scopes.scope = 'rounding' then 'provider_rounding'
        when scopes.scope in ('account', 'shared') then 'unattributed'
        else scopes.scope
    end,
    scopes.rule,
    scopes.rule_version,
    scopes.amount_micros,
    scopes.currency
from core.cost_lines as scopes
left join (
    select distinct provider_account, period_start, rule from core.allocation_shares
) as shared
    on shared.provider_account = scopes.provider_account
    and shared.period_start = scopes.period_start
    and shared.rule = scopes.rule
where scopes.method = 'keep' or shared.rule is null
