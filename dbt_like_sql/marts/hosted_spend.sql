/*
What hosted machines cost while they ran: the pieces behind `spend_over_threshold`.

subject: spend
grain: deployment_id, start_at

deployment_id: The machine.
tenant_id: Whose it is.
instance_type: Its type.
period_start: First day of the month, UTC.
start_at: First instant of the piece.
end_at: First instant after it.
seconds: Whole seconds between them.
is_running: Whether it still ran, and cost, at the run's now.
is_fallback: Whether its type has no price and the card's fallback was taken.
rate_card: The price list.
price_cents: Price as on the card.
per_seconds: For so many seconds.
currency: Currency of the card.
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
