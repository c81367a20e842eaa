/*
Exchange rates given by the platform, beside those of the central bank.

grain: rate_date, base, quote
*/
select
    rate_date,
    base,
    quote,
    rate,
    source,
    source_file,
    source_row
from raw.fx_rates
