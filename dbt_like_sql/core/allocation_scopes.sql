/*
Which rule each line falls under: the rule for its kind, else the one for all kinds.

subject: costs
grain: invoice_uuid, line_number

invoice_uuid: The invoice.
line_number: The line.
provider_account: The provider's account.
period_start: First instant of the invoice's month.
scope: tenant, internal, shared, account, tax, rounding or unattributed.
rule: The rule's name.
rule_version: Its version.
method: keep, even, weighted or by_cost.
tenant_id: Who bears the line, or 'unattributed'.
deployment_id: Which deployment, or 'unattributed'.
amount_micros: The amount, in millionths.
currency: Currency of the invoice.
*/
with scoped as (
    select
        *,
        case
            when charge_category in ('tax', 'rounding') then charge_category
            when role in ('tenant', 'internal', 'shared') then role
            when charge_scope = 'account' and kind <> 'unclassified' then 'account'
            else 'unattributed'
        end as scope
    from core.cost_lines
)

select
    scoped.invoice_uuid,
    scoped.line_number,
    scoped.provider_account,
    scoped.period_start,
    cast(scoped.scope as varchar) as scope,
    cast(coalesce(own.rule, general.rule, 'no_rule') as varchar) as rule,
    cast(coalesce(own.version, general.version, 0) as bigint) as rule_version,
    cast(coalesce(own.method, general.method, 'keep') as varchar) as method,
    scoped.tenant_id,
    scoped.deployment_id,
    scoped.amount_micros,
    scoped.currency
from scoped
left join ref.allocation_rules as own
    on own.scope = scoped.scope and own.kind = scoped.kind
left join ref.allocation_rules as general
    on general.scope = scoped.scope and general.kind = '*'
