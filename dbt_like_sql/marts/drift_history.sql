/*
Every drift there was or is: what was asked for, what was there, from when to when.

grain: drift_id
check: status in ('open', 'accepted', 'reverted', 'stale')

desired: What was asked for; lists and maps as JSON.
actual: What was there instead; null = nothing.
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
