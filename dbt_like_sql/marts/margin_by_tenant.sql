/*
What each customer earned us and cost us, month by month.

An amount that cannot be converted makes its sum unknown (null), never smaller.

grain: month, tenant_id, currency
check: margin_cents is null or margin_cents = revenue_cents - cost_cents

tenant_id: The tenant; 'internal' is ourselves, 'unattributed' nobody known.
*/
select
    month,
    tenant_id,
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
where level = 'tenant'
