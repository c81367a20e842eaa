/*
Every invoice of the provider, how far it has come, and how much of it has a resource.

Entries of the billing history that are costs of their own stand here as invoices of one
line, so that the rows of a month sum to what the month cost. Only rows whose verdict is
'accepted' have lines.

grain: invoice_uuid
check: verdict <> 'accepted' or status = 'changed' or lines_micros = amount_micros
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
