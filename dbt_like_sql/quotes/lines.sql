/*
The lines of the quote, in the order of an invoice: plan, add-ons, usage, tax.
*/
select
    line_kind,
    resource_kind,
    quantity,
    unit_price_cents,
    amount_cents,
    currency,
    description
from core.calendar_targets
order by line_kind = 'tax', line_kind <> 'plan_base', line_kind <> 'addon', line_key
