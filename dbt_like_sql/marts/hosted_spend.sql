/*
What hosted machines cost while they ran: the pieces behind `spend_over_threshold`.

grain: deployment_id, start_at

spend_units: The cost, in units of 1 / (10^12 x 36,288,000) cents.
*/
select
    deployment_id,
    tenant_id,
    instance_type,
    period_start,
    start_at,
    end_at,
    seconds,
    is_running,
    is_fallback,
    rate_card,
    price_cents,
    per_seconds,
    currency,
    spend_units
from core.hosted_spend
