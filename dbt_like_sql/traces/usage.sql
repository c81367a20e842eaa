/*
Usage metered for those lines, day by day.
*/
select distinct daily.*
from marts.usage_daily as daily
join lines
    on daily.deployment_id = lines.deployment_id
    and daily.billing_kind = lines.resource_kind
    and daily.day >= cast(lines.service_start as date)
    and daily.day < cast(lines.service_end as date)
