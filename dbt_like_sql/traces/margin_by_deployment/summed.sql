/*
Cells of the margin table, with the row that sums them up.

shown: no
*/
select margins.*, asked.rowid as asked_row
from marts.cost_vs_revenue as margins
join asked using (month, tenant_id, deployment_id, currency)
