/*
What each deployment earned us and cost us, month by month, all kinds together.

An amount that cannot be converted makes its sum unknown (null), never smaller.

grain: month, tenant_id, deployment_id, currency
check: margin_cents is null or margin_cents = revenue_cents - cost_cents

tenant_id: The tenant; 'internal' is ourselves, 'unattributed' nobody known.
deployment_id: The deployment, or the same named values.
*/
select
    month,
    tenant_id,
    deployment_id,
    currency,
    revenue_cents,
    cost_cents,
    margin_cents,
    margin_pct,
    cost_micros_usd,
    unit_revenue_cents,
    unit_cost_cents,
    state
from core.margin_rollups
where level = 'deployment'
