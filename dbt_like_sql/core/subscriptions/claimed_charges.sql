/*
What was claimed of each charge before this run: the original item and its corrections.

grain: charge_id
keyed: tenant_id
check: claims > 0

charge_id: The charge.
activity_id: The activity behind it; null for a renewal.
currency: Its currency.
description: Words of the original item.
standing_cents: All that was claimed of it.
claims: How many items were.
*/
with told as (
    -- A run as of the past does not know what was claimed later.
    select claims.*
    from staging.prior_claims as claims
    join ref.clock as clock on claims.claimed_at <= clock.now_at
),

corrections as (
    select
        charge_id,
        sum(amount_cents) as corrected_cents,
        count(*) as corrections
    from told
    where item_id <> charge_id
    group by charge_id
)

select
    told.charge_id,
    told.tenant_id,
    told.resource_id,
    told.activity_id,
    told.plan_code,
    told.currency,
    told.created_at,
    told.service_start,
    told.service_end,
    told.description,
    cast(told.amount_cents + coalesce(corrections.corrected_cents, 0) as bigint)
        as standing_cents,
    cast(1 + coalesce(corrections.corrections, 0) as bigint) as claims
from told
left join corrections on told.charge_id = corrections.charge_id
where told.item_id = told.charge_id
