/*
What each month earned, what it cost, and what was left.

An amount that cannot be converted makes its sum unknown (null), never smaller.

grain: month, currency
check: margin_cents is null or margin_cents = revenue_cents - cost_cents
*/
select
    month,
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
where level = 'month'
