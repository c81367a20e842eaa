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
select
    invoice_uuid,
    line_number,
    provider,
    provider_account,
    product,
    description,
    kind,
    charge_category,
    charge_scope,
    amount_micros,
    currency,
    start_at,
    end_at,
    period_start,
    line_name,
    resource_id,
    match_method,
    confidence,
    unmatched_reason,
    owner_source,
    role,
    tenant_id,
    deployment_id,
    scope,
    rule,
    rule_version,
    method,
    source_file,
    source_row
from core.cost_lines
