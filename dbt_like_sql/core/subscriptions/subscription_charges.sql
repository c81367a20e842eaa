/*
What the whole log is worth, computed afresh: each charge and credit with its own id.

A change of a relay costs, or gives back, the rest of its period. A charge is at the
price in force at the change. A credit gives back what was charged: at the price in
force when the rest of the period was charged, which is the start of the period or the
last change in it. Old and new are rounded each by itself. A change from or to a plan
without a known price is worth nothing and shown to operators.

Nothing here knows what was invoiced. The id is made of tenant, relay, and activity or
boundary, and never of an order of arrival, so the same fact has the same id for ever.

grain: charge_id
keyed: tenant_id
check: amount_cents <> 0
check: service_start < service_end

charge_id: The charge.
tenant_id: Who pays.
activity_id: The activity behind it; null for a renewal.
plan_code: The plan charged or credited.
item_kind: 'create', 'reactivate', 'deactivate', 'plan_change' or 'renewal'.
amount_cents: Charge; negative = credit.
currency: Currency of the price.
created_at: When it arose: at the activity, or at the boundary.
service_start: First instant it pays for.
service_end: First instant after, which is the end of the tenant's period.
description: Words on the invoice.
*/
with changes as (
    select
        states.*,
        periods.period_end,
        greatest(
            periods.period_start, coalesce(states.last_change_at, periods.period_start)
        ) as charged_at,
        date_diff('microsecond', states.created_at, periods.period_end) as remaining,
        date_diff('microsecond', periods.period_start, periods.period_end) as whole
    from core.activity_states as states
    join core.periods as periods
        on
            states.tenant_id = periods.owner_id
            and periods.owner_kind = 'tenant'
            and states.created_at >= periods.period_start
            and states.created_at < periods.period_end
    where states.change_kind <> 'none'
),

sides as (
    select changes.*, 1 as side, plan_after as priced_plan, created_at as priced_at
    from changes
    where change_kind <> 'deactivate'
    union all
    select changes.*, -1 as side, plan_before as priced_plan, charged_at as priced_at
    from changes
    where change_kind in ('deactivate', 'plan_change')
),

prorated as (
    select
        sides.*,
        prices.currency,
        count(*) over (partition by activity_id) as known_prices,
        max(case when side = -1 then plan_name end) over (partition by activity_id)
            as old_plan_name,
        max(case when side = 1 then plan_name end) over (partition by activity_id)
            as new_plan_name,
        side * share_of(base_price_cents, remaining, whole) as prorated_cents
    from sides
    join core.plan_prices as prices
        on
            sides.priced_plan = prices.plan_code
            and sides.priced_at >= prices.valid_from
            and sides.priced_at < prices.valid_to
),

charged as (
    -- Old and new plan of one currency are one charge, of two currencies two.
    select
        activity_id,
        currency,
        tenant_id,
        resource_id,
        plan_after as plan_code,
        change_kind,
        cast(sum(prorated_cents) as bigint) as amount_cents,
        created_at,
        period_end,
        old_plan_name,
        new_plan_name
    from prorated
    where change_kind <> 'plan_change' or known_prices = 2
    group by all
    having sum(prorated_cents) <> 0
),

charges as (
    select
        activity_id,
        tenant_id,
        resource_id,
        plan_code,
        change_kind as item_kind,
        amount_cents,
        currency,
        created_at,
        period_end,
        'activity:' || activity_id as origin,
        case change_kind
            when 'create' then 'New relay created'
            when 'reactivate' then 'Relay reactivated'
            when 'deactivate' then 'Relay deactivated (prorated credit)'
            else 'Plan changed from ' || old_plan_name || ' to ' || new_plan_name
        end as description
    from charged
    union all
    select
        null as activity_id,
        tenant_id,
        resource_id,
        plan_code,
        'renewal' as item_kind,
        price_cents as amount_cents,
        currency,
        boundary_at as created_at,
        period_end,
        'renewal:' || strftime(boundary_at, '%Y-%m-%dT%H:%M:%S') as origin,
        'Subscription renewal' as description
    from core.relay_renewals
    where price_cents > 0
)

select
    -- A slash in a name is escaped, or two tenants could share an id.
    cast(
        replace(replace(tenant_id, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(resource_id, '%', '%25'), '/', '%2F')
        || '/' || origin || '/' || currency as varchar
    ) as charge_id,
    tenant_id,
    resource_id,
    activity_id,
    plan_code,
    cast(item_kind as varchar) as item_kind,
    amount_cents,
    currency,
    created_at,
    cast(created_at as timestamp) as service_start,
    cast(period_end as timestamp) as service_end,
    cast(description as varchar) as description
from charges
