/*
Every invoice of the provider, how far it has come, and how much of it has a resource.

Entries of the billing history that are costs of their own stand here as invoices of one
line, so that the rows of a month sum to what the month cost. Only rows whose verdict is
'accepted' have lines.

grain: invoice_uuid
check: verdict <> 'accepted' or status = 'changed' or lines_micros = amount_micros

provider: The provider.
provider_account: Its account.
currency: Currency of the invoice.
lines: Lines of the accepted file.
lines_micros: Their sum with the provider's rounding, in millionths.
status: preview (month runs), known (no file yet), refused (files, none good), changed
    (the total has changed since the accepted file), final or history.
matched_lines_pct: Lines with a resource, in percent.
matched_amount_pct: Money with a resource, in percent, signs left aside.
existing_matched_pct: Lines with a resource, of those whose resource still was there.
version: Same, as the key of its lines.
*/
select
    facts.invoice_uuid,
    cast(split_part(facts.account, ':', 1) as varchar) as provider,
    cast(split_part(facts.account, ':', 2) as varchar) as provider_account,
    facts.invoice_id,
    facts.period,
    facts.period_start,
    facts.period_end,
    facts.amount_micros,
    'USD' as currency,
    cast(coalesce(coverage.lines, 0) as bigint) as lines,
    cast(coalesce(coverage.lines_micros, 0) as bigint) as lines_micros,
    facts.status,
    cast(0.01 * cast(coalesce((2 * cast(10000 as hugeint) * coverage.matched_lines
        + coverage.lines) // (2 * nullif(coverage.lines, 0)), 0) as decimal(9, 0))
        as decimal(9, 2)) as matched_lines_pct,
    cast(0.01 * cast(coalesce((2 * cast(10000 as hugeint) * coverage.matched_micros
        + coverage.gross_micros) // (2 * nullif(coverage.gross_micros, 0)), 0)
        as decimal(9, 0)) as decimal(9, 2)) as matched_amount_pct,
    cast(0.01 * cast(coalesce((2 * cast(10000 as hugeint) * coverage.matched_lines
        + coverage.existing_lines) // (2 * nullif(coverage.existing_lines, 0)), 10000)
        as decimal(9, 0)) as decimal(9, 2)) as existing_matched_pct,
    facts.version as csv_sha256,
    facts.version,
    facts.verdict,
    facts.received_at
from core.invoice_states as facts
left join core.invoice_coverage as coverage
    on coverage.invoice_uuid = facts.invoice_uuid
