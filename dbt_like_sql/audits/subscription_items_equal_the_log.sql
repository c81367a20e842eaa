/*
The items of a charge, claimed and open, sum to what the whole log says afresh.

on: marts.subscription_items
*/
with shown as (
    select charge_id, sum(amount_cents) as shown_cents
    from marts.subscription_items
    group by charge_id
)

select
    coalesce(shown.charge_id, charges.charge_id) as charge_id,
    shown.shown_cents,
    charges.amount_cents as fresh_cents
from shown
full outer join core.subscription_charges as charges
    on shown.charge_id = charges.charge_id
where coalesce(shown.shown_cents, 0) <> coalesce(charges.amount_cents, 0)
