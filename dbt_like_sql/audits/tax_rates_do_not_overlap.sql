/*
A tax has one rate at a time.

on: raw.tax_rates
*/
select rates.tax_code, rates.effective_from, later.effective_from as overlaps_from
from staging.tax_rates as rates
join staging.tax_rates as later
    on later.tax_code = rates.tax_code
    and later.effective_from > rates.effective_from
    and coalesce(later.effective_from < rates.effective_to, true)
