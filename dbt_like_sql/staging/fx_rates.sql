/*
Exchange rates given by the platform, beside those of the central bank, as known at now.

grain: rate_date, base, quote
*/
select
    rates.rate_date,
    rates.base,
    rates.quote,
    rates.rate,
    rates.source,
    rates.source_file,
    rates.source_row
from raw.fx_rates as rates
join ref.clock as clock on rates.rate_date <= cast(clock.now_at as date)
