/*
Every accepted invoice is borne to the last millionth: its parts sum to its total.

on: marts.cost_allocation
*/
select
    invoices.invoice_uuid,
    invoices.lines_micros as expected_micros,
    coalesce(sum(allocation.amount_micros), 0) as found_micros
from marts.provider_invoices as invoices
left join marts.cost_allocation as allocation
    on allocation.invoice_uuid = invoices.invoice_uuid
where invoices.verdict = 'accepted'
group by invoices.invoice_uuid, invoices.lines_micros
having coalesce(sum(allocation.amount_micros), 0) <> invoices.lines_micros
