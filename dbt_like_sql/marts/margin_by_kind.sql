/*
What each kind of resource earned us and cost us, month by month.

An amount that cannot be converted makes its sum unknown (null), never smaller.

grain: month, kind, currency
check: margin_cents is null or margin_cents = revenue_cents - cost_cents

kind: Resource kind; 'plan' for what is paid for the plan itself.
*/
select
    month,
    kind,
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
where level = 'kind'
