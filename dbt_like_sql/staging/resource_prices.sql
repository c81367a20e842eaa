/*
Unit prices outside any plan, by date.

grain: billing_kind, currency, effective_from
*/
select
    billing_kind,
    unit_price_cents,
    currency,
    effective_from,
    effective_to,
    source_file,
    source_row
from raw.resource_prices
