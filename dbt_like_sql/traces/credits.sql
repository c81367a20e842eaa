/*
Credits: what backends cost and what the tier brought in.
*/
select margins.*
from marts.credit_margins as margins
join cells using (month, tenant_id, deployment_id)
where cells.kind = 'credits'
