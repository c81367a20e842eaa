/*
Months of customers in which a resource was used that may be gone.

While the last one or two listings do not name a resource, nobody knows whether it was
deleted; what would be told to its owner waits for the next listing.

grain: tenant_id, month

tenant_id: The customer.
month: First day of the month, UTC.
resources: How many resources are in doubt.
*/
select
    usage.tenant_id,
    cast(date_trunc('month', usage.day) as date) as month,
    cast(count(distinct usage.resource_id) as bigint) as resources
from core.usage_daily as usage
join core.open_strikes as strikes using (resource_id)
group by usage.tenant_id, date_trunc('month', usage.day)
