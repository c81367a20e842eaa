/*
Subscription items, with all of the same charge.

unit: cents
number: select sum(amount_cents) from asked
total: select sum(amount_cents) from charges where is_asked
*/
select
    items.item_id,
    items.charge_id,
    items.item_kind,
    items.plan_code,
    items.amount_cents,
    items.service_start,
    items.service_end,
    items.invoice_id,
    items.item_id in (select item_id from asked) as is_asked
from marts.subscription_items as items
semi join asked using (charge_id)
