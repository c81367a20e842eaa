/*
Every invoice and adjustment: what was issued, and what would be.

Both cycles stand here: calendar months, and the anniversary periods of subscriptions.
A draft may still change; an issued document never does.

grain: invoice_id
check: subtotal_cents + tax_cents = total_cents
volatile: issued_at, due_at, notes
*/
select
    invoice_id,
    number,
    revision,
    document_type,
    corrects_invoice_id,
    tenant_id,
    cycle,
    period_start,
    period_end,
    subtotal_cents,
    tax_cents,
    total_cents,
    currency,
    status,
    issued_at,
    due_at,
    is_provisional,
    notes
from core.documents
