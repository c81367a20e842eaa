/*
Reference rates of the European Central Bank: units of a currency per euro.

grain: rate_date, currency
*/
select
    rate_date,
    currency,
    rate,
    source_file,
    source_row
from raw.ecb_rates
