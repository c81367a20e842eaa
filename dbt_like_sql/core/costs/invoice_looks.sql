/*
Each time an invoice's file was received, with the header and summary of that time.

Header and summary are the newest before the file, or the first after it when there was
none yet.

grain: invoice_uuid, version, received_at

account: Provider account, as in resource ids.
invoice_uuid: The invoice.
version: SHA-256 of the CSV.
received_at: When it was received.
header_micros: Total of the final header; null when none is known.
summary_micros: Total of the summary; null when there is none.
*/
with files as (
    select distinct
        receipts.account,
        receipts.subject as invoice_uuid,
        receipts.sha256 as version,
        receipts.received_at
    from staging.receipts as receipts
    cross join ref.clock as clock
    where receipts.kind = 'invoice_csv'
        and receipts.verdict = 'accepted'
        and receipts.received_at <= clock.now_at
),

totals as (
    select
        'header' as source,
        invoice_uuid,
        amount_micros,
        received_at
    from core.header_sightings
    where not is_preview
    union all
    select
        'header' as source,
        invoice_uuid,
        amount_micros,
        occurred_at as received_at
    from core.history_entries
    where entry_type = 'Invoice'
        and invoice_uuid not in (select invoice_uuid from core.header_sightings)
    union all
    select
        'summary' as source,
        summaries.invoice_uuid,
        summaries.amount_micros,
        receipts.received_at
    from staging.invoice_summaries as summaries
    join staging.receipts as receipts
        on receipts.kind = 'invoice_summary'
        and receipts.account = summaries.account
        and receipts.subject = summaries.invoice_uuid
        and receipts.sha256 = summaries.source_file
    cross join ref.clock as clock
    where receipts.received_at <= clock.now_at
),

chosen as (
    select
        files.invoice_uuid,
        files.version,
        files.received_at,
        totals.source,
        totals.amount_micros,
        row_number() over (
            partition by
                files.invoice_uuid, files.version, files.received_at, totals.source
            order by
                case when totals.received_at <= files.received_at then 0 else 1 end,
                abs(epoch_us(totals.received_at) - epoch_us(files.received_at)),
                totals.amount_micros
        ) as choice
    from files
    join totals on totals.invoice_uuid = files.invoice_uuid
)

select
    files.account,
    files.invoice_uuid,
    files.version,
    files.received_at,
    headers.amount_micros as header_micros,
    summaries.amount_micros as summary_micros
from files
left join chosen as headers
    on headers.invoice_uuid = files.invoice_uuid
    and headers.version = files.version
    and headers.received_at = files.received_at
    and headers.source = 'header' and headers.choice = 1
left join chosen as summaries
    on summaries.invoice_uuid = files.invoice_uuid
    and summaries.version = files.version
    and summaries.received_at = files.received_at
    and summaries.source = 'summary' and summaries.choice = 1
