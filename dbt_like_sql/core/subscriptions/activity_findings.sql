/*
What an operator should know about the activity log: rows that charged nothing, and why.

grain: finding, subject_id
keyed: tenant_id

finding: 'unknown_activity_type', 'redundant_activity', 'inactive_plan_change',
    'out_of_order', 'document_held', 'plan_without_price', 'change_without_plan' or
    'renewal_without_price'.
subject_id: The activity, the invoice, or the relay and the boundary.
tenant_id: Whose it is.
detail: What is wrong and what became of it.
happened_at: When.
*/
with unknown_types as (
    select
        'unknown_activity_type' as finding,
        activities.activity_id as subject_id,
        activities.tenant_id,
        activities.activity_type || ' of ' || activities.resource_id
        || ' is no type that is billed' as detail,
        activities.created_at as happened_at
    from staging.activities as activities
    left join core.activity_states as states
        on activities.activity_id = states.activity_id
    where states.activity_id is null
),

useless as (
    select
        case
            when activity_type = 'update_relay' then 'inactive_plan_change'
            else 'redundant_activity'
        end as finding,
        activity_id as subject_id,
        tenant_id,
        activity_type || ' of ' || resource_id || ' while it was '
        || case when is_active_before then 'active' else 'inactive' end
        || ' charged nothing' as detail,
        created_at as happened_at
    from core.activity_states
    where
        change_kind = 'none'
        and (activity_type <> 'update_relay' or plan_before <> plan_after)
),

arrivals as (
    select
        activity_id, tenant_id, resource_id, sequence, created_at,
        max(created_at) over (
            partition by tenant_id
            order by sequence
            rows between unbounded preceding and 1 preceding
        ) as latest_at
    from core.activity_states
),

late as (
    select
        'out_of_order' as finding,
        activity_id as subject_id,
        tenant_id,
        'sequence ' || cast(sequence as varchar) || ' of ' || resource_id
        || ' is older than a row before it; counted where it happened' as detail,
        created_at as happened_at
    from arrivals
    where created_at < latest_at
),

priced as (
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

unpriced as (
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
),

held as (
    select distinct
        'document_held' as finding,
        invoice_id as subject_id,
        tenant_id,
        hold_reason as detail,
        event_at as happened_at
    from core.item_claims
    where hold_reason is not null and invoice_id is not null and not is_before_start
)

select
    cast(finding as varchar) as finding,
    subject_id,
    tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from (
    select * from unknown_types
    union all
    select * from useless
    union all
    select * from late
    union all
    select * from unpriced
    union all
    select * from unrenewed
    union all
    select * from held
)
