/*
Customers, and the names that stand on their documents.

grain: tenant_id
*/
select
    tenant_id,
    name,
    owner_name,
    owner_email,
    email_notifications,
    currency,
    timezone,
    tax_code,
    created_at,
    source_file,
    source_row
from raw.tenants
