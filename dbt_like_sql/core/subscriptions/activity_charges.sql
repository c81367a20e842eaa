/*
What each change of a relay costs, or gives back, for the rest of its period.

A charge is at the price in force at the change. A credit gives back what was charged:
at the price in force when the rest of the period was charged, which is the start of the
period or the last change in it. Old and new are rounded each by itself. A change from
or to a plan without a known price is worth nothing and shown to operators.

grain: activity_id, currency
keyed: tenant_id
check: amount_cents <> 0
check: created_at < service_end

currency: Currency of the price.
tenant_id: Who pays.
plan_code: The plan from then on.
change_kind: What changed.
amount_cents: Charge; negative = credit.
created_at: When it changed, where the service begins that it pays for.
service_end: End of the tenant's period.
old_plan_name: Name of the plan before, for the description.
new_plan_name: Name of the plan after.
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
        side * sign(base_price_cents) * (
            (2 * abs(cast(base_price_cents as hugeint)) * remaining + whole)
            // (2 * cast(whole as hugeint))
        ) as prorated_cents
    from sides
    join core.plan_prices as prices
        on
            sides.priced_plan = prices.plan_code
            and sides.priced_at >= prices.valid_from
            and sides.priced_at < prices.valid_to
)

select
    activity_id,
    currency,
    tenant_id,
    resource_id,
    plan_after as plan_code,
    change_kind,
    cast(sum(prorated_cents) as bigint) as amount_cents,
    created_at,
    cast(period_end as timestamp) as service_end,
    old_plan_name,
    new_plan_name
from prorated
where change_kind <> 'plan_change' or known_prices = 2
group by all
having sum(prorated_cents) <> 0
