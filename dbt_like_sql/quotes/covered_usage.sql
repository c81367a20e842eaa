/*
The usage of the request in base units; fills `core.covered_usage`.

Hours and zones are counted in seconds, which hold no millionth of a unit; there the
divisor grows instead, so that no typed digit is lost.
*/
with typed as (
    select
        unnest($names) as billing_kind,
        unnest($quantities) as quantity
),

given as (
    select
        cast(billing_kind as varchar) as billing_kind,
        cast(cast(quantity as decimal(20, 6)) * 1000000 as hugeint) as millionths
    from typed
),

divided as (
    select
        requests.month,
        requests.subscription_id,
        requests.deployment_id,
        given.billing_kind,
        given.millionths,
        cast(
            case
                when units.base_per_unit % 1000000 = 0 then units.base_per_unit
                else coalesce(units.base_per_unit, 1) * 1000000
            end as hugeint
        ) as per_unit
    from given
    cross join core.quote_requests as requests
    left join core.billing_units as units
        on units.month = requests.month and units.billing_kind = given.billing_kind
)

select
    month,
    subscription_id,
    deployment_id,
    billing_kind,
    millionths * (per_unit // 1000000) as base_quantity,
    cast(per_unit as bigint) as base_per_unit
from divided
