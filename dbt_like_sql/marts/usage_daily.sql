/*
What each resource of a customer used on each day that is over.

subject: usage
grain: day, deployment_id, resource_id, billing_kind
partition: day
volatile: is_observed

day: The day, UTC.
tenant_id: Whose deployment it was that day.
deployment_id: Who used it.
resource_id: The resource; for events, which know none, the deployment.
kind: Resource kind, or 'usage_event'.
billing_kind: What is measured.
quantity: Units as people read them, rounded.
base_quantity: Whole base units: seconds, millionths of GB-seconds, or millionths.
base_per_unit: Base units that make one unit in the day's month.
is_observed: Whether the kind was seen that day; otherwise the last state is held.
*/
select
    usage.day,
    usage.tenant_id,
    usage.deployment_id,
    usage.resource_id,
    usage.kind,
    usage.billing_kind,
    usage.quantity,
    usage.base_quantity,
    usage.base_per_unit,
    usage.is_observed
from core.usage_daily as usage
join ref.window as span on usage.day between span.first_day and span.last_day
