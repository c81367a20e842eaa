/*
Every invoice of the provider, how far it has come, and how much of it has a resource.

Entries of the billing history that are costs of their own stand here as invoices of one
line, so that the rows of a month sum to what the month cost. Only rows whose verdict is
'accepted' have lines.

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
with headers as (
    select *, max(received_at) over (partition by account) as newest_at
    from staging.invoice_headers
),

-- A preview ends with its month; the invoice it became may have another uuid.
previews as (
    select *, cast(period || '-01' as timestamp) as period_start
    from headers
    where is_preview and received_at = newest_at
),

invoices as (
    select
        account,
        invoice_uuid,
        invoice_id,
        period,
        period_start,
        period_end,
        amount_micros,
        status,
        version,
        verdict,
        received_at
    from core.invoice_states
    union all
    select
        account,
        invoice_uuid,
        invoice_id,
        period,
        period_start,
        period_start + interval 1 month,
        amount_micros,
        'preview',
        '',
        'none',
        null
    from previews
    union all
    select
        account,
        'history:' || entry_id,
        '',
        strftime(period_start, '%Y-%m'),
        period_start,
        period_end,
        amount_micros,
        'history',
        source_file,
        'accepted',
        occurred_at
    from core.history_charges
    where not is_on_invoice
),

coverage as (
    select
        invoice_uuid,
        count(*) filter (where charge_category <> 'rounding') as lines,
        count(*) filter (where match_method <> 'none') as matched_lines,
        -- Lines of resources that were there to be matched.
        count(*) filter (
            where unmatched_reason in ('', 'name_variance', 'ambiguous', 'unknown')
        ) as existing_lines,
        sum(amount_micros) as lines_micros,
        sum(abs(amount_micros)) as gross_micros,
        sum(abs(amount_micros)) filter (where match_method <> 'none') as matched_micros
    from core.cost_lines
    group by invoice_uuid
),

-- In hundredths of a per cent; of nothing nothing is missing.
shares as (
    select
        *,
        coalesce(share_of(10000, matched_lines, nullif(lines, 0)), 0) as lines_share,
        coalesce(
            share_of(10000, coalesce(matched_micros, 0), nullif(gross_micros, 0)), 0
        ) as amount_share,
        coalesce(share_of(10000, matched_lines, nullif(existing_lines, 0)), 10000)
            as existing_share
    from coverage
)

select
    invoices.invoice_uuid,
    cast(split_part(invoices.account, ':', 1) as varchar) as provider,
    cast(split_part(invoices.account, ':', 2) as varchar) as provider_account,
    invoices.invoice_id,
    invoices.period,
    invoices.period_start,
    invoices.period_end,
    invoices.amount_micros,
    'USD' as currency,
    cast(coalesce(shares.lines, 0) as bigint) as lines,
    cast(coalesce(shares.lines_micros, 0) as bigint) as lines_micros,
    invoices.status,
    cast(0.01 * cast(coalesce(shares.lines_share, 0) as decimal(9, 0))
        as decimal(9, 2)) as matched_lines_pct,
    cast(0.01 * cast(coalesce(shares.amount_share, 0) as decimal(9, 0))
        as decimal(9, 2)) as matched_amount_pct,
    cast(0.01 * cast(coalesce(shares.existing_share, 10000) as decimal(9, 0))
        as decimal(9, 2)) as existing_matched_pct,
    invoices.version as csv_sha256,
    invoices.version,
    invoices.verdict,
    invoices.received_at
from invoices
left join shares on shares.invoice_uuid = invoices.invoice_uuid
