/*
Every invoice that the provider lists is here and accepted at its present total.

An invoice without a good file leaves its month's margins without their cost.

on: marts.provider_invoices
blocks: no
*/
select invoice_uuid, period, status, amount_micros
from marts.provider_invoices
where status in ('known', 'refused', 'changed')
order by period, invoice_uuid
