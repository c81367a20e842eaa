/*
Every entry of the newest index and history of bills can be read. One that cannot is set
aside, and then an invoice or a refund may be missing from the books.

on: marts.provider_invoices
blocks: no
*/
with newest as (
    select
        kind,
        sha256,
        row_number() over (partition by account, kind order by received_at desc)
            as recency
    from staging.receipts
    where kind in ('invoices', 'billing_history') and verdict = 'accepted'
)

select newest.kind, aside.source_row, aside.reason, left(aside.raw_text, 200) as raw_text
from newest
join staging.quarantine as aside
    on aside.source_file = newest.sha256
    and aside.table_name in ('raw.invoice_headers', 'raw.billing_history')
where newest.recency = 1
order by newest.kind, aside.source_row
