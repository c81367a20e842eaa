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
resource_id: The resource; 'none' = the line has none; a resource that is not in the
    inventory has a placeholder.
match_method: id, name or none.
confidence: exact, high, low or none.
unmatched_reason: destroyed_historic, tax, account_level, name_variance, ambiguous or
    unknown; empty when matched.
owner_source: resource, project or none.
role: tenant, shared, internal or unattributed.
tenant_id: Who bears it, or 'unattributed'.
deployment_id: Which deployment, or 'unattributed'.
source_file: SHA-256 of the landed file.
source_row: Row in it; null for the provider's rounding.
*/
select
    charges.invoice_uuid,
    charges.line_number,
    cast(split_part(charges.account, ':', 1) as varchar) as provider,
    cast(split_part(charges.account, ':', 2) as varchar) as provider_account,
    charges.product,
    charges.description,
    charges.kind,
    charges.charge_category,
    charges.charge_scope,
    charges.amount_micros,
    'USD' as currency,
    charges.start_at,
    charges.end_at,
    charges.period_start,
    charges.line_name,
    owners.resource_id,
    owners.match_method,
    owners.confidence,
    owners.unmatched_reason,
    owners.owner_source,
    owners.role,
    owners.tenant_id,
    owners.deployment_id,
    charges.source_file,
    charges.source_row
from core.charges as charges
join core.charge_owners as owners
    on owners.invoice_uuid = charges.invoice_uuid
    and owners.line_number = charges.line_number
