/*
Tax rates by code and date.

grain: tax_code, effective_from
*/
select
    tax_code,
    rate,
    effective_from,
    effective_to,
    source_file,
    source_row
from raw.tax_rates
