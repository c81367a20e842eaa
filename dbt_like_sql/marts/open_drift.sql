/*
The operator's inbox of drift: what is not as asked, now.

Accept a row with `cost-pipeline accept-drift ID`, or put the resource right: the row
goes when the next listing shows it so.

subject: drift
grain: drift_id
check: status = 'open'
check: closed_at is null

drift_id: What to name when accepting it.
resource_id: The resource.
kind: Resource kind.
provider_id: The provider's id.
field: The field.
desired: What was asked for; lists and maps as JSON.
actual: What is there instead; null = nothing.
status: open.
opened_at: The instant from which it differed.
closed_at: null: it differs.
spec_version: The version of the spec it differs from.
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
    desired,
    actual,
    status,
    opened_at,
    closed_at,
    spec_version,
    monthly_cost_delta_cents,
    currency
from marts.drift_history
where status = 'open'
