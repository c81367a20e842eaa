/*
The lines of every invoice and adjustment, with the month and kind they are revenue of.

The lines of a document sum to its total, and without those of tax to its subtotal.

grain: invoice_id, line_number
*/
select
    invoice_id,
    line_number,
    line_kind,
    tenant_id,
    deployment_id,
    resource_kind,
    kind,
    month,
    quantity,
    unit_price_cents,
    amount_cents,
    currency,
    description,
    service_start,
    service_end,
    status,
    is_revenue
from core.document_lines
