/*
Every document of both cycles: issued ones from the ledger, then the current drafts.

grain: invoice_id
check: subtotal_cents + tax_cents = total_cents
volatile: issued_at, due_at

invoice_id: The document.
number: Printed number.
revision: 1, and one more after each void.
document_type: 'invoice' or 'adjustment'.
corrects_invoice_id: The invoice an adjustment corrects; null for an invoice.
tenant_id: Who owes.
cycle: 'calendar' or 'anniversary'.
period_start: First instant.
period_end: First instant after it.
subtotal_cents: Without tax.
tax_cents: Tax.
total_cents: What is owed.
currency: ISO 4217 code.
issued_at: When it was issued; null = not issued.
due_at: By when it is to be paid.
is_provisional: Whether it is a draft that may still change.
notes: What a reader should know; null = nothing.
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
from core.calendar_documents
union all
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
    cast(null as varchar) as notes
from core.anniversary_invoices
