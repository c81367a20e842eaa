/*
The same lines as JSON: only these carry resource ids.

grain: account, invoice_uuid, source_file, source_row
*/
select
    account,
    invoice_uuid,
    product,
    group_description,
    description,
    resource_id,
    resource_uuid,
    project_name,
    amount_micros,
    start_at,
    end_at,
    source_file,
    source_row
from raw.invoice_items
