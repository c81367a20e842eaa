/*
Every drift there was or is: what was asked for, what was there, from when to when.

subject: drift
grain: drift_id
check: status in ('open', 'accepted', 'reverted', 'stale')

drift_id: Derived from the resource, the field and when it began.
resource_id: The resource.
kind: Resource kind.
provider_id: The provider's id.
field: The field.
desired: What was asked for; lists and maps as JSON.
actual: What was there instead; null = nothing.
status: open; accepted by an operator; stale when it did not differ any more.
opened_at: The instant from which it differed.
closed_at: The instant from which it did not; null = it differs.
spec_version: The version of the spec it differed from.
monthly_cost_delta_cents: What it costs a month more than what was asked for;
    null = no price is known for it.
currency: The provider's currency.
*/
select
    drift_id,
    resource_id,
    kind,
    provider_id,
    field,
    cast(json_extract_string(desired, '$') as varchar) as desired,
    cast(json_extract_string(actual, '$') as varchar) as actual,
    status,
    opened_at,
    closed_at,
    spec_version,
    monthly_cost_delta_cents,
    currency
from core.drift
