/*
A customer's month has one live invoice in a currency and cycle, never two.

on: core.calendar_documents
*/
select tenant_id, currency, cycle, period_start, count(*) as invoices
from core.calendar_documents
where document_type = 'invoice' and status not in ('void', 'draft', 'before_start')
group by tenant_id, currency, cycle, period_start
having count(*) > 1
