/*
Every line the provider billed, with its resource, its owner, or why it has none.

The owner is the one of the matched resource when the line began, else the project the
bill names, through that project's links at that time, else nobody.

subject: costs
grain: invoice_uuid, line_number
check: (match_method = 'none') = (unmatched_reason <> '')
warn: unmatched_reason <> 'unknown'

invoice_uuid: The invoice, or 'history:<entry>' for an entry of the billing history.
line_number: Row in the file; 0 = the provider's rounding.
provider: The provider.
provider_account: Its account.
product: The provider's product.
description: The provider's words.
kind: Resource kind, or what the charge is.
charge_category: usage, tax, credit, adjustment or rounding.
charge_scope: resource or account.
amount_micros: The amount, in millionths.
currency: Currency of the invoice.
start_at: Start as stated, or null.
end_at: End as stated, or null.
period_start: First instant of the invoice's month.
line_name: The resource's name as the line has it, or empty.
resource_id: The resource, a placeholder when the inventory lacks it, or 'none'.
match_method: id, name or none.
confidence: exact, high, low or none.
unmatched_reason: destroyed_historic, tax, account_level, name_variance, ambiguous or
    unknown; empty when matched.
owner_source: resource, project or none.
role: tenant, shared, internal or unattributed.
tenant_id: Who bears it, or 'unattributed'.
deployment_id: Which deployment, or 'unattributed'.
scope: What the rules of allocation call it.
rule: The rule that says who bears it: the one for its kind, else the one for all.
rule_version: Its version.
method: keep, even, weighted or by_cost.
source_file: SHA-256 of the landed file.
source_row: Row in it; null for the provider's rounding.
*/
with scoped as (
    select
        charges.*,
        owners.resource_id, owners.match_method, owners.confidence,
        owners.unmatched_reason, owners.owner_source, owners.role, owners.tenant_id,
        owners.deployment_id,
        case
            when charges.charge_category in ('tax', 'rounding')
                then charges.charge_category
            when owners.role <> 'unattributed' then owners.role
            when charges.charge_scope = 'account' and charges.kind <> 'unclassified'
                then 'account'
            else 'unattributed'
        end as scope
    from core.charges as charges
    join core.charge_owners as owners
        on owners.invoice_uuid = charges.invoice_uuid
        and owners.line_number = charges.line_number
)

select
    scoped.invoice_uuid,
    scoped.line_number,
    cast(split_part(scoped.account, ':', 1) as varchar) as provider,
    cast(split_part(scoped.account, ':', 2) as varchar) as provider_account,
    scoped.product,
    scoped.description,
    scoped.kind,
    scoped.charge_category,
    scoped.charge_scope,
    scoped.amount_micros,
    'USD' as currency,
    scoped.start_at,
    scoped.end_at,
    scoped.period_start,
    scoped.line_name,
    scoped.resource_id,
    scoped.match_method,
    scoped.confidence,
    scoped.unmatched_reason,
    scoped.owner_source,
    scoped.role,
    scoped.tenant_id,
    scoped.deployment_id,
    cast(scoped.scope as varchar) as scope,
    cast(coalesce(own.rule, general.rule, 'no_rule') as varchar) as rule,
    cast(coalesce(own.version, general.version, 0) as bigint) as rule_version,
    cast(coalesce(own.method, general.method, 'keep') as varchar) as method,
    scoped.source_file,
    scoped.source_row
from scoped
left join ref.allocation_rules as own
    on own.scope = scoped.scope and own.kind = scoped.kind
left join ref.allocation_rules as general
    on general.scope = scoped.scope and general.kind = '*'
