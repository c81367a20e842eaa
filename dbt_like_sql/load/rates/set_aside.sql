/*
Rows with a rate that is none, each once; the parameter is the hash of their file.
*/
insert into raw.quarantine
select
    'raw.ecb_rates',
    ?,
    source_row,
    string_agg(currency, ', ' order by currency) || ': no plain rate',
    left(string_agg(rate, ', ' order by currency), 2000)
from temp.rates
where not is_plain
group by source_row
