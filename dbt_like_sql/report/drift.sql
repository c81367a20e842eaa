/*
Resources that are not as they were asked for.

title: Open drift
nothing: Everything is as it was asked for.
*/
select
    kind,
    provider_id as resource,
    field,
    desired,
    actual,
    monthly_cost_delta_cents as more_a_month_cents,
    currency,
    opened_at
from marts.open_drift
order by abs(coalesce(monthly_cost_delta_cents, 0)) desc, opened_at, resource, field
