/*
A month at a card's price is about what the provider's page says a month costs.

A card of monthly prices read as hourly ones, or of another provider, is off by tens of
times and would tell every customer that he is over his plan.

on: core.rate_cards_in_force
*/
select
    rates.rate_card,
    rates.instance_type,
    rates.valid_from,
    rates.price_cents,
    rates.per_seconds,
    published.monthly_cents
from core.rate_cards_in_force as rates
join ref.published_prices as published
    on rates.instance_type = published.instance_type
    and rates.currency = published.currency
-- Both sides times 100 x 36,288,000 x 10^12, so that nothing is divided.
where abs(
    rates.unit_rate * published.month_seconds * 100
    - cast(published.monthly_cents as hugeint) * 100 * 36288000 * 1000000000000
) > cast(published.monthly_cents as hugeint) * published.tolerance_pct
    * 36288000 * 1000000000000
