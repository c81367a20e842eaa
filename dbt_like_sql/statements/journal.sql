/*
What is booked of the documents: what was issued, and what was taken back.

A void document stays in the journal, followed by its reversal on the day of the void;
an adjustment is void with the invoice it corrects.
*/
with voided as (
    select
        chosen.invoice_id,
        cast(min(voids.voided_at) as date) as voided_on
    from chosen
    join staging.voids as voids
        on voids.invoice_id in (chosen.invoice_id, chosen.corrects_invoice_id)
    where chosen.status = 'void'
    group by chosen.invoice_id
),

booked as (
    select
        *,
        cast(issued_at as date) as entry_date,
        'issued' as event,
        1 as direction
    from chosen
    where status in ('issued', 'paid', 'void')
    union all
    select
        chosen.*,
        voided.voided_on,
        'void',
        -1
    from chosen
    join voided using (invoice_id)
)

select
    entry_date,
    number,
    event,
    tenant_id,
    tenant_name,
    currency,
    direction * subtotal_cents as subtotal_cents,
    direction * tax_cents as tax_cents,
    direction * total_cents as total_cents
from booked
order by entry_date, number, event
