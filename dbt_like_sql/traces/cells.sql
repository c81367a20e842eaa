/*
Cells of the margin table that it sums up.

unit: cents of margin in the report currency
number: select sum(margin_cents) from asked
total: select sum(margin_cents) from sums
*/
select
    month,
    tenant_id,
    deployment_id,
    kind,
    revenue_currency,
    revenue_cents,
    cost_cents,
    margin_cents,
    revenue_original_cents,
    cost_micros_usd,
    currency,
    state
from summed
