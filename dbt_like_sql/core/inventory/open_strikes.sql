/*
Resources that the last one or two complete listings did not name.

They may be gone or not; the third listing will tell. Until then they are shown and
metered as if they were there, and what would be told to a customer waits.

grain: resource_id
check: misses between 1 and 2

resource_id: The resource.
first_missed_at: The first listing without it: its end, if it is gone.
misses: How many complete listings in a row.
*/
with last_ones as (
    select resource_id, observed_at, misses, is_present
    from core.resource_sightings
    qualify row_number() over (partition by resource_id order by observed_at desc) = 1
)

select resource_id, observed_at as first_missed_at, misses
from last_ones
where not is_present and misses < 3
