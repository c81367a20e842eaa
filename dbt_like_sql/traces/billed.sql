/*
The lines of the provider's bills of those accounts and months.

shown: no
*/
select
    lines.*,
    invoices.status,
    asked.month
from marts.cost_lines as lines
join marts.provider_invoices as invoices using (invoice_uuid)
join (select distinct provider_account, month from asked) as asked
    on asked.provider_account = invoices.provider_account
    and asked.month = cast(date_trunc('month', invoices.period_start) as date)
