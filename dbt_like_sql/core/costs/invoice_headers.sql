/*
Every invoice the provider is known to have issued, with its newest header.

The index gives the period. An invoice that only the billing history names is known all
the same; its month is the one before its entry.

grain: invoice_uuid
check: period_start < period_end

invoice_uuid: The invoice.
invoice_id: The number people see, or empty.
period: Month billed, as 2026-04.
period_start: First instant of the month.
period_end: First instant after it.
amount_micros: Total, in millionths.
is_preview: Whether the month still runs.
known_from: 'index' or 'history'.
*/
with sightings as (
    select
        *,
        row_number() over (
            partition by invoice_uuid order by received_at desc, account
        ) as recency,
        max(received_at) over (partition by account) as newest_at
    from core.header_sightings
),

entries as (
    select
        *,
        cast(date_trunc('month', occurred_at) - interval 1 month as date) as month,
        row_number() over (
            partition by invoice_uuid order by occurred_at desc, entry_id
        ) as recency
    from core.history_entries
    where entry_type = 'Invoice' and invoice_uuid <> ''
        and invoice_uuid not in (select invoice_uuid from core.header_sightings)
),

known as (
    select
        account,
        invoice_uuid,
        invoice_id,
        cast(period || '-01' as date) as month,
        amount_micros,
        is_preview,
        'index' as known_from
    from sightings
    -- A preview ends with its month; the invoice it became may have another uuid.
    where recency = 1 and (not is_preview or received_at = newest_at)
    union all
    select
        account,
        invoice_uuid,
        '' as invoice_id,
        month,
        amount_micros,
        false as is_preview,
        'history' as known_from
    from entries
    where recency = 1
)

select
    account,
    invoice_uuid,
    invoice_id,
    cast(strftime(month, '%Y-%m') as varchar) as period,
    cast(month as timestamp) as period_start,
    cast(month + interval 1 month as timestamp) as period_end,
    amount_micros,
    is_preview,
    known_from
from known
