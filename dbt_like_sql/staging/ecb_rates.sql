/*
Reference rates of the European Central Bank: units of a currency per euro, as known at
now.

grain: rate_date, currency
*/
select
    rates.rate_date,
    rates.currency,
    rates.rate,
    rates.source_file,
    rates.source_row
from raw.ecb_rates as rates
join ref.clock as clock on rates.rate_date <= cast(clock.now_at as date)
