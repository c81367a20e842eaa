/*
The documents that are asked for; a null parameter chooses everything.

The name of an issued document is the one that was printed on it. The other queries of
this folder read the answer as the table `chosen`.
*/
select
    invoices.*,
    coalesce(issued.tenant_name, tenants.name, invoices.tenant_id) as tenant_name
from marts.tenant_invoices as invoices
left join ledger.documents as issued using (invoice_id)
left join raw.tenants as tenants on tenants.tenant_id = invoices.tenant_id
where
    coalesce(invoices.tenant_id = $tenant, true)
    and coalesce(date_trunc('month', invoices.period_start) = $month, true)
