/*
Every line the provider billed, with its resource, its owner, or why it has none.

The owner is the one of the matched resource when the line began, else the project the
bill names, through that project's links at that time, else nobody.

grain: invoice_uuid, line_number
check: (match_method = 'none') = (unmatched_reason <> '')
warn: unmatched_reason <> 'unknown'

invoice_uuid: The invoice, or 'history:<entry>' for an entry of the billing history.
provider: The provider.
provider_account: Its account.
line_name: The resource's name as the line has it, or empty.
confidence: exact, high, low or none.
unmatched_reason: destroyed_historic, tax, account_level, name_variance, ambiguous or
    unknown; empty when matched.
*/
select
    lines.invoice_uuid,
    lines.line_number,
    cast(split_part(charges.account, ':', 1) as varchar) as provider,
    lines.provider_account,
    charges.product,
    charges.description,
    lines.kind,
    lines.charge_category,
    charges.charge_scope,
    lines.amount_micros,
    lines.currency,
    charges.start_at,
    charges.end_at,
    lines.period_start,
    charges.line_name,
    lines.resource_id,
    lines.match_method,
    lines.confidence,
    lines.unmatched_reason,
    lines.owner_source,
    lines.role,
    lines.tenant_id,
    lines.deployment_id,
    lines.scope,
    lines.rule,
    lines.rule_version,
    lines.method,
    lines.source_file,
    lines.source_row
from core.cost_lines as lines
join core.charges as charges
    on charges.invoice_uuid = lines.invoice_uuid
    and charges.line_number = lines.line_number
