/*
The rates that are plainly one; the parameter is the hash of their file.
*/
insert into raw.ecb_rates
select
    rate_date,
    currency,
    cast(rate as decimal(18, 10)),
    ?,
    source_row
from temp.rates
where is_plain and try_cast(rate as decimal(18, 10)) > 0
