/*
The add-ons of the request, held for all of its service; fills `core.quote_addons`.
*/
with given as (
    select
        unnest($names) as addon_code,
        unnest($quantities) as quantity
)

select
    requests.quote_id,
    cast(given.addon_code as varchar) as addon_code,
    requests.service_start as held_since,
    cast(given.quantity as decimal(20, 6)) as quantity,
    requests.service_start,
    requests.service_end
from core.quote_requests as requests
cross join given
