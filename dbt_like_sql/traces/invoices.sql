/*
The invoices those lines are on.
*/
select
    invoice_uuid,
    invoice_id,
    period,
    status,
    verdict,
    amount_micros,
    lines_micros,
    csv_sha256
from marts.provider_invoices
semi join parts using (invoice_uuid)
