/*
The operator's inbox of drift: what is not as asked, now.

Accept a row with `cost-pipeline accept-drift ID`, or put the resource right: the row
goes when the next listing shows it so.

grain: drift_id
check: status = 'open'
check: closed_at is null

drift_id: What to name when accepting it.
actual: What is there instead; null = nothing.
status: open.
closed_at: null: it differs.
spec_version: The version of the spec it differs from.
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
