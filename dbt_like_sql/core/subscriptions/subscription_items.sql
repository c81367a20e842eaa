/*
What is still to be claimed: charges not claimed yet, and corrections of claimed ones.

A claimed item stands for ever. When a late activity changes what the log is worth,
the difference between the fresh charge and all that was claimed of it is one
correction, and a charge the log no longer yields is corrected to nothing. So claimed
and open items of a charge always sum to the fresh charge.

grain: item_id
keyed: tenant_id
check: amount_cents <> 0

item_id: The charge's id; a correction adds how often the charge was claimed before.
charge_id: The charge it is of.
item_kind: Kind of charge, or 'correction'.
amount_cents: Charge; negative = credit.
description: Words on the invoice.
claimable_at: When it arose, or just after the last claim when it arrived after that.
is_before_start: Whether it arose before documents are issued; never claimed then.
*/
with charges as (
    select
        charge_id, tenant_id, resource_id, activity_id, plan_code, item_kind,
        amount_cents, currency, created_at, service_start, service_end, description
    from core.subscription_charges
    union all
    select
        gone.charge_id, gone.tenant_id, gone.resource_id, gone.activity_id,
        gone.plan_code, 'correction' as item_kind, 0 as amount_cents, gone.currency,
        gone.created_at, gone.service_start, gone.service_end, gone.description
    from core.claimed_charges as gone
    left join core.subscription_charges as fresh on gone.charge_id = fresh.charge_id
    where fresh.charge_id is null
),

last_claims as (
    select tenant_id, currency, max(tick_at) as last_tick_at
    from staging.prior_claims
    join ref.clock on claimed_at <= now_at
    group by tenant_id, currency
),

judged as (
    select
        charges.*,
        standing.claims,
        coalesce(standing.standing_cents, 0) as standing_cents,
        -- What was told must be put right, whenever it arose.
        standing.claims is null
        and coalesce(charges.created_at < clock.issue_from, false) as is_before_start
    from charges
    cross join ref.clock as clock
    left join core.claimed_charges as standing
        on charges.charge_id = standing.charge_id
)

select
    cast(judged.charge_id || coalesce('#' || judged.claims, '') as varchar) as item_id,
    judged.charge_id,
    judged.tenant_id,
    judged.resource_id,
    judged.activity_id,
    judged.plan_code,
    cast(
        case when judged.claims > 0 then 'correction' else judged.item_kind end
        as varchar
    ) as item_kind,
    cast(judged.amount_cents - judged.standing_cents as bigint) as amount_cents,
    judged.currency,
    judged.created_at,
    judged.service_start,
    judged.service_end,
    cast(
        case when judged.claims > 0 then 'Correction: ' else '' end
        || judged.description as varchar
    ) as description,
    cast(case
        when judged.is_before_start then judged.created_at
        else greatest(
            judged.created_at, last_claims.last_tick_at + interval '1 microsecond'
        )
    end as timestamp) as claimable_at,
    cast(judged.is_before_start as boolean) as is_before_start
from judged
left join last_claims
    on
        judged.tenant_id = last_claims.tenant_id
        and judged.currency = last_claims.currency
where judged.amount_cents <> judged.standing_cents
