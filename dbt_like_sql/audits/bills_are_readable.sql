/*
Every entry of the newest index and history of bills can be read. One that cannot is set
aside, and then an invoice or a refund may be missing from the books.

on: marts.provider_invoices
blocks: no
*/
with newest as (
    select
        receipts.kind,
        receipts.sha256,
        row_number() over (
            partition by receipts.account, receipts.kind
            order by receipts.received_at desc
        ) as recency
    from staging.receipts as receipts
    cross join ref.clock as clock
    where receipts.kind in ('invoices', 'billing_history')
        and receipts.verdict = 'accepted'
        and receipts.received_at <= clock.now_at
)

select newest.kind, aside.source_row, aside.reason, left(aside.raw_text, 200) as raw_text
from newest
join staging.quarantine as aside
    on aside.source_file = newest.sha256
    and aside.table_name in ('staging.invoice_headers', 'staging.billing_history')
where newest.recency = 1
order by newest.kind, aside.source_row
