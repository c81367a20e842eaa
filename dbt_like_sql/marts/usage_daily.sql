/*
What each resource of a customer used on each day that is over.

grain: day, deployment_id, resource_id, billing_kind
partition: day
volatile: is_observed

quantity: Units as people read them, rounded.
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
