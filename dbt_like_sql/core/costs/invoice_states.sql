/*
How far each final invoice has come, from its newest header and its versions.

The index gives the period. An invoice that only the billing history names is known all
the same; its month is the one before its entry. A month that still runs has only a
preview, which is `core/costs/provider_invoices.sql`.

grain: invoice_uuid
check: period_start < period_end

account: Provider account, as in resource ids.
invoice_uuid: The invoice.
invoice_id: The number people see, or empty.
period: Month billed, as 2026-04.
period_start: First instant of the month.
period_end: First instant after it.
amount_micros: Total as the provider states it now, in millionths.
status: known (no file yet), refused (files, none good), changed (the total has changed
    since the accepted file) or final.
version: Content of the accepted file; empty = none.
verdict: accepted, refused or none.
difference_micros: The accepted version's rounding by the provider, in millionths.
received_at: When the accepted file was received; null = none.
*/
with listed as (
    select
        *,
        row_number() over (
            partition by invoice_uuid order by received_at desc, account
        ) as recency
    from staging.invoice_headers
),

entered as (
    select
        *,
        cast(date_trunc('month', occurred_at) - interval 1 month as date) as month,
        row_number() over (
            partition by invoice_uuid order by occurred_at desc, entry_id
        ) as recency
    from staging.billing_history
    where entry_type = 'Invoice' and invoice_uuid <> ''
        and invoice_uuid not in (select invoice_uuid from staging.invoice_headers)
),

known as (
    select
        account,
        invoice_uuid,
        invoice_id,
        cast(period || '-01' as date) as month,
        amount_micros
    from listed
    where recency = 1 and not is_preview
    union all
    select account, invoice_uuid, '' as invoice_id, month, amount_micros
    from entered
    where recency = 1
),

attempts as (
    select distinct invoice_uuid from core.invoice_versions
)

select
    known.account,
    known.invoice_uuid,
    cast(known.invoice_id as varchar) as invoice_id,
    cast(strftime(known.month, '%Y-%m') as varchar) as period,
    cast(known.month as timestamp) as period_start,
    cast(known.month + interval 1 month as timestamp) as period_end,
    known.amount_micros,
    cast(case
        when current.expected_micros <> known.amount_micros then 'changed'
        when current.version is not null then 'final'
        when attempts.invoice_uuid is not null then 'refused'
        else 'known'
    end as varchar) as status,
    cast(coalesce(current.version, '') as varchar) as version,
    cast(case
        when current.version is not null then 'accepted'
        when attempts.invoice_uuid is not null then 'refused'
        else 'none'
    end as varchar) as verdict,
    cast(coalesce(current.difference_micros, 0) as bigint) as difference_micros,
    current.received_at
from known
left join core.invoice_versions as current
    on current.invoice_uuid = known.invoice_uuid and current.is_current
left join attempts on attempts.invoice_uuid = known.invoice_uuid
