/*
Every install that is known has one balance: none is lost for the age of its anchor.

on: marts.credit_balances
*/
select anchors.install_id, anchors.anchor_at
from core.credit_anchors as anchors
left join marts.credit_balances as balances
    on balances.install_id = anchors.install_id
where balances.install_id is null
