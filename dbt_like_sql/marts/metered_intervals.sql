/*
The intervals usage was metered from: so long, so big, so it counts.

The seconds of an interval within a day, times its weight, are the base quantity of
`usage_daily`; what came as events stands in `event_sources`.

grain: resource_id, billing_kind, valid_from
*/
select
    resource_id,
    billing_kind,
    valid_from,
    valid_to,
    deployment_id,
    tenant_id,
    kind,
    weight
from core.metered_intervals
