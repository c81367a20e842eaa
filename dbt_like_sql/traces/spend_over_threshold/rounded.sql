/*
What the pieces of each asked row come to in cents, rounded once.

In another currency they are millionths first, and those are converted, as
`core.spend_thresholds` does.

shown: no
*/
with summed as (
    select
        threshold_pct,
        period_start,
        tenant_id,
        metric,
        is_same_currency,
        cast(fx_rate * 10000000000 as hugeint) as rate_e10,
        cast(sum(units) as hugeint) as units
    from pieces
    group by all
),

counted as (
    select
        *,
        cast(36288000 as hugeint) * 1000000000000 as units_per_cent,
        cast(36288000 as hugeint) * 100000000 as units_per_micro
    from summed
)

select
    threshold_pct,
    period_start,
    tenant_id,
    metric,
    case
        when is_same_currency then rounded_to(units, units_per_cent)
        else share_of(rounded_to(units, units_per_micro), rate_e10, 100000000000000)
    end as spend_cents
from counted
