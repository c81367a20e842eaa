/*
A unit outside any plan has one price at a time in a currency.

on: raw.resource_prices
*/
select
    prices.billing_kind,
    prices.currency,
    prices.effective_from,
    later.effective_from as overlaps_from
from staging.resource_prices as prices
join staging.resource_prices as later
    on later.billing_kind = prices.billing_kind
    and later.currency = prices.currency
    and later.effective_from > prices.effective_from
    and coalesce(later.effective_from < prices.effective_to, true)
