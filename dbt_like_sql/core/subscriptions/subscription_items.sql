/*
What is still to be claimed: charges not claimed yet, and corrections of claimed ones.

A claimed item stands for ever. When a late activity changes what the log is worth,
the difference between the fresh charge and all that was claimed of it is one
correction, and a charge the log no longer yields is corrected to nothing. So claimed
and open items of a charge always sum to the fresh charge.

Items are claimed at whole hours and never at a run's own time, so a pipeline that slept
for a month makes the documents it would have made awake.

grain: item_id
keyed: tenant_id
check: amount_cents <> 0

item_id: The charge's id; a correction adds how often the charge was claimed before.
charge_id: The charge it is of.
activity_id: The activity behind it; null for a renewal.
item_kind: Kind of charge, or 'correction'.
amount_cents: Charge; negative = credit.
currency: Its currency.
created_at: When it arose.
service_end: First instant after.
description: Words on the invoice.
claimable_at: The first whole hour it can be claimed at: after it arose, or after the
    last claim when it arrived after that.
is_before_start: Whether it arose before documents are issued; never claimed then.
*/
with sides as (
    select charge_id, amount_cents, false as is_claim
    from core.subscription_charges
    union all
    select charge_id, -amount_cents as amount_cents, true as is_claim
    from staging.prior_claims
),

open_charges as (
    select
        charge_id,
        sum(amount_cents) as open_cents,
        count(*) filter (where is_claim) as claims,
        bool_and(is_claim) as is_gone
    from sides
    group by charge_id
    having sum(amount_cents) <> 0
),

items as (
    select
        fresh.charge_id, fresh.tenant_id, fresh.resource_id, fresh.activity_id,
        fresh.plan_code, fresh.item_kind, fresh.currency, fresh.created_at,
        fresh.service_start, fresh.service_end, fresh.description,
        open_charges.open_cents, open_charges.claims
    from core.subscription_charges as fresh
    join open_charges on fresh.charge_id = open_charges.charge_id
    union all
    select
        gone.charge_id, gone.tenant_id, gone.resource_id, gone.activity_id,
        gone.plan_code, gone.item_kind, gone.currency, gone.created_at,
        gone.service_start, gone.service_end, gone.description,
        open_charges.open_cents, open_charges.claims
    from staging.prior_claims as gone
    join open_charges on gone.charge_id = open_charges.charge_id
    -- The words of the first claim; those of a correction say that it is one.
    where open_charges.is_gone and gone.item_id = gone.charge_id
),

last_claims as (
    select tenant_id, currency, max(tick_at) as last_tick_at
    from staging.prior_claims
    group by tenant_id, currency
),

judged as (
    select
        items.*,
        last_claims.last_tick_at,
        -- What was told must be put right, whenever it arose.
        items.claims = 0
        and coalesce(items.created_at < today.issue_from, false) as is_before_start
    from items
    cross join ref.today as today
    left join last_claims
        on
            items.tenant_id = last_claims.tenant_id
            and items.currency = last_claims.currency
),

freed as (
    select
        judged.*,
        case
            when is_before_start then created_at
            else greatest(created_at, last_tick_at + interval '1 microsecond')
        end as free_at
    from judged
)

select
    cast(charge_id || case when claims > 0 then '#' || claims else '' end as varchar)
        as item_id,
    charge_id,
    tenant_id,
    resource_id,
    activity_id,
    plan_code,
    cast(case when claims > 0 then 'correction' else item_kind end as varchar)
        as item_kind,
    cast(open_cents as bigint) as amount_cents,
    currency,
    created_at,
    service_start,
    service_end,
    cast(
        case when claims > 0 then 'Correction: ' else '' end || description as varchar
    ) as description,
    cast(
        date_trunc('hour', free_at + interval '1 hour' - interval '1 microsecond')
        as timestamp
    ) as claimable_at,
    is_before_start
from freed
