/*
The add-ons of each quote, for the part of the month in which they were held.

grain: quote_id, addon_code, held_since
check: service_start < service_end

quote_id: The quote.
held_since: When it was first held; tells several of one kind apart.
quantity: How many of it.
service_start: First instant of the add-on in the quote's time.
service_end: First instant after it.
*/
select
    requests.quote_id,
    held.addon_code,
    held.started_at as held_since,
    held.quantity,
    cast(greatest(held.started_at, requests.service_start) as timestamp)
        as service_start,
    cast(
        least(coalesce(held.ended_at, requests.service_end), requests.service_end)
        as timestamp
    ) as service_end
from core.quote_requests as requests
join staging.subscription_addons as held using (subscription_id)
where held.started_at < requests.service_end
    and coalesce(held.ended_at > requests.service_start, true)
    and coalesce(held.ended_at > held.started_at, true)
