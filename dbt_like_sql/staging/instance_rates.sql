/*
What a machine of a type costs while it runs, by card and date.

grain: rate_card, instance_type, effective_from
*/
select
    rate_card,
    instance_type,
    price_cents,
    per_seconds,
    effective_from,
    source,
    source_file,
    source_row
from raw.instance_rates
