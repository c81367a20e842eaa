/*
Subscription items those lines are made of.

unit: cents
number: select sum(amount_cents) from lines where line_kind <> 'tax'
    and invoice_id in (select invoice_id from marts.subscription_items)
total: select sum(amount_cents) from items
*/
select distinct
    items.item_id,
    items.resource_id,
    items.activity_id,
    items.plan_code,
    items.item_kind,
    items.amount_cents,
    items.service_start,
    items.service_end,
    items.invoice_id
from marts.subscription_items as items
join lines
    on lines.invoice_id = items.invoice_id
    and lines.deployment_id = items.resource_id
    and lines.service_start = items.service_start
    and lines.service_end = items.service_end
    and lines.amount_cents = items.amount_cents
