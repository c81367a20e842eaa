/*
The intervals usage was metered from: so long, so big, so it counts.

The seconds of an interval within a day, times its weight, are the base quantity of
`usage_daily`; what came as events stands in `event_sources`.

subject: usage
grain: resource_id, billing_kind, valid_from

resource_id: The resource.
billing_kind: What is measured.
valid_from: First instant.
valid_to: First instant after it; null = open.
deployment_id: The deployment it served.
tenant_id: The tenant of that deployment.
kind: Resource kind.
weight: Base units of one second; null = the size is unknown.
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
