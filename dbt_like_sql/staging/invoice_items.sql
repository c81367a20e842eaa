/*
The lines of an invoice as JSON, in their newest listing: only these carry resource ids.

grain: account, invoice_uuid, source_file, source_row
*/
with listings as (
    select
        subject as invoice_uuid,
        sha256,
        row_number() over (partition by subject order by received_at desc) as recency
    from staging.receipts
    where kind = 'invoice_items' and verdict = 'accepted'
)

select
    items.account,
    items.invoice_uuid,
    items.product,
    items.group_description,
    items.description,
    items.resource_id,
    items.resource_uuid,
    items.project_name,
    items.amount_micros,
    items.start_at,
    items.end_at,
    items.source_file,
    items.source_row
from raw.invoice_items as items
join listings
    on listings.invoice_uuid = items.invoice_uuid
    and listings.sha256 = items.source_file
where listings.recency = 1
