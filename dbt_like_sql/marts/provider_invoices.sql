/*
Every invoice of the provider, how far it has come, and how much of it has a resource.

Entries of the billing history that are costs of their own stand here as invoices of one
line, so that the rows of a month sum to what the month cost. Only rows whose verdict is
'accepted' have lines.

subject: costs
grain: invoice_uuid
check: verdict <> 'accepted' or status = 'changed' or lines_micros = amount_micros

invoice_uuid: The invoice, or 'history:<entry>'.
provider: The provider.
provider_account: Its account.
invoice_id: The number people see, or empty.
period: Month billed, as 2026-04.
period_start: First instant of the month.
period_end: First instant after it.
amount_micros: Total as the provider states it now, in millionths.
currency: Currency of the invoice.
lines: Lines of the accepted file.
lines_micros: Their sum with the provider's rounding, in millionths.
status: preview (month runs), known (no file yet), refused (files, none good), changed
    (the total has changed since the accepted file), final or history.
matched_lines_pct: Lines with a resource, in percent.
matched_amount_pct: Money with a resource, in percent, signs left aside.
existing_matched_pct: Lines with a resource, of those whose resource still was there.
csv_sha256: Content of the accepted file; empty = none.
version: Same, as the key of its lines.
verdict: accepted, refused or none.
received_at: When the accepted file was received; null = none.
*/
select
    invoice_uuid,
    provider,
    provider_account,
    invoice_id,
    period,
    period_start,
    period_end,
    amount_micros,
    currency,
    lines,
    lines_micros,
    status,
    matched_lines_pct,
    matched_amount_pct,
    existing_matched_pct,
    csv_sha256,
    version,
    verdict,
    received_at
from core.provider_invoices
