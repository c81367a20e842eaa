/*
Lines of issued documents, with the names and inputs of that day: with what this run has
written. A line counts only below its header, which is cut at now.

grain: invoice_id, document_hash, line_number
*/
select
    invoice_id,
    document_hash,
    line_number,
    line_key,
    line_kind,
    subscription_id,
    deployment_id,
    resource_kind,
    quantity,
    unit_price_cents,
    amount_cents,
    currency,
    description,
    service_start,
    service_end,
    inputs
from ledger.lines
