/*
What was claimed of each charge before this run: the original item and its corrections.

subject: subscriptions
grain: charge_id
check: claims > 0

charge_id: The charge.
tenant_id: Who pays.
resource_id: The relay.
activity_id: The activity behind it; null for a renewal.
plan_code: The plan charged or credited.
currency: Its currency.
created_at: When it arose.
service_start: First instant it pays for.
service_end: First instant after.
description: Words of the original item.
standing_cents: All that was claimed of it.
claims: How many items were.
*/
with standing as (
    select
        charge_id,
        sum(amount_cents) as standing_cents,
        count(*) as claims
    from raw.ledger_claims
    group by charge_id
)

select
    claims.charge_id,
    claims.tenant_id,
    claims.resource_id,
    claims.activity_id,
    claims.plan_code,
    claims.currency,
    claims.created_at,
    claims.service_start,
    claims.service_end,
    claims.description,
    cast(standing.standing_cents as bigint) as standing_cents,
    cast(standing.claims as bigint) as claims
from raw.ledger_claims as claims
join standing on claims.charge_id = standing.charge_id
where claims.item_id = claims.charge_id
