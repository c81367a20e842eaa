/*
The intervals in which a resource of a customer counts, and with which weight.

One second of an interval counts `weight` base units: 1 where time alone counts, the
size in millionths of a GB where size counts too, 0 while the state does not count
(a machine that is switched off). What is compared to find the days to meter again is
this table, so that a change that moves no number meters nothing again.

grain: resource_id, billing_kind, valid_from
check: weight >= 0
check: valid_from < valid_to
warn: weight is not null

resource_id: The resource.
billing_kind: What is measured.
valid_to: First instant after it; null = open.
deployment_id: The deployment it served.
tenant_id: The tenant of that deployment.
weight: Base units of one second; null = the size is unknown.
*/
select
    resources.resource_id,
    rules.billing_kind,
    resources.valid_from,
    resources.valid_to,
    resources.deployment_id,
    resources.tenant_id,
    resources.kind,
    cast(
        case
            when rules.counted_status not in ('*', resources.status) then 0
            when rules.measure = 'time' then 1
            else resources.size_gb * 1000000
        end as bigint
    ) as weight
from core.resources as resources
join ref.metering_rules as rules using (kind)
where resources.role = 'tenant'
    and resources.deployment_id <> 'unattributed'
    -- An inverted interval would pass the overlap test inside one day.
    and coalesce(resources.valid_from < resources.valid_to, true)
