/*
Activities and renewals that charged nothing because a plan or its price is not known.

grain: finding, subject_id
keyed: tenant_id

finding: 'plan_without_price', 'change_without_plan' or 'renewal_without_price'.
subject_id: The activity, or relay and boundary.
tenant_id: Whose it is.
detail: Which plan, and what became of it.
happened_at: When.
*/
with priced as (
    select
        states.*,
        known.plan_code is not null as has_price,
        states.change_kind = 'plan_change' and earlier.plan_code is null
            as has_unknown_past
    from core.activity_states as states
    left join core.plan_prices as known
        on
            states.plan_after = known.plan_code
            and states.created_at >= known.valid_from
            and states.created_at < known.valid_to
    left join core.periods as periods
        on
            states.tenant_id = periods.owner_id
            and periods.owner_kind = 'tenant'
            and states.created_at >= periods.period_start
            and states.created_at < periods.period_end
    -- The old plan is credited at the price it was charged at, if it was.
    left join core.plan_prices as earlier
        on
            states.plan_before = earlier.plan_code
            and greatest(periods.period_start, states.last_change_at)
            >= earlier.valid_from
            and greatest(periods.period_start, states.last_change_at) < earlier.valid_to
    where states.change_kind <> 'none'
),

silent as (
    select
        case
            when plan_after = '' or (change_kind = 'plan_change' and plan_before = '')
                then 'change_without_plan'
            else 'plan_without_price'
        end as finding,
        activity_id as subject_id,
        tenant_id,
        activity_type || ' of ' || resource_id || ' from plan ''' || plan_before
        || ''' to ''' || plan_after || ''' charged nothing: no such plan or price'
            as detail,
        created_at as happened_at
    from priced
    where not has_price or has_unknown_past
),

unrenewed as (
    select
        'renewal_without_price' as finding,
        tenant_id || '/' || resource_id || '/'
        || strftime(boundary_at, '%Y-%m-%dT%H:%M:%S') as subject_id,
        tenant_id,
        'plan ''' || plan_code || ''' had no price at the renewal' as detail,
        boundary_at as happened_at
    from core.relay_renewals
    where price_cents is null
)

select
    cast(finding as varchar) as finding,
    cast(subject_id as varchar) as subject_id,
    tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from (
    select * from silent
    union all
    select * from unrenewed
)
