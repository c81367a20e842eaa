/*
Documents that wait for nothing but a date to issue from.

A month is invoiced when it is over, a subscription's period when it begins.
*/
select invoice_id
from core.issuable_drafts
union
select invoice_id
from core.item_claims
where invoice_id is not null and hold_reason is null and not is_before_start
