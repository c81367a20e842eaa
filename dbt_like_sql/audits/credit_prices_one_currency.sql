/*
Tier prices share one currency, or the dearest of two tiers could not be told.

on: core.credit_revenue
*/
select min(currency) as one_currency, max(currency) as another_currency
from ref.credit_tier_prices
having min(currency) <> max(currency)
