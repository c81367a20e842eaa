/*
Final months that changed, each change by a row of its own.

title: Corrected months
nothing: No final month was corrected.
*/
select
    month,
    tenant_id as tenant,
    kind,
    revision,
    delta_revenue_cents as revenue_cents,
    delta_cost_cents as cost_cents,
    currency,
    reason
from marts.margin_corrections
order by month desc, tenant, kind, revision
