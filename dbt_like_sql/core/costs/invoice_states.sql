/*
How far each invoice has come, from its header and its versions.

grain: invoice_uuid

invoice_uuid: The invoice, or 'history:<entry>'.
invoice_id: The number people see, or empty.
period: Month billed, as 2026-04.
period_start: First instant of the month.
amount_micros: Total as the provider states it now, in millionths.
status: preview, known, refused, changed, final or history.
version: Content of the accepted file; empty = none.
verdict: accepted, refused or none.
received_at: When the accepted file was received; null = none.
*/
with attempts as (
    select distinct invoice_uuid from core.invoice_versions
)

select
    headers.account,
    headers.invoice_uuid,
    headers.invoice_id,
    headers.period,
    headers.period_start,
    headers.period_end,
    headers.amount_micros,
    cast(case
        when headers.is_preview then 'preview'
        when current.version is null and attempts.invoice_uuid is null then 'known'
        when current.version is null then 'refused'
        when current.expected_micros <> headers.amount_micros then 'changed'
        else 'final'
    end as varchar) as status,
    cast(coalesce(current.version, '') as varchar) as version,
    cast(case
        when headers.is_preview then 'none'
        when current.version is not null then 'accepted'
        when attempts.invoice_uuid is not null then 'refused'
        else 'none'
    end as varchar) as verdict,
    current.received_at
from core.invoice_headers as headers
left join core.invoice_versions as current
    on current.invoice_uuid = headers.invoice_uuid and current.is_current
left join attempts on attempts.invoice_uuid = headers.invoice_uuid
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
