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
    cross join ref.clock as clock
    left join core.billable_activities as billable
        on activities.activity_id = billable.activity_id
    where billable.activity_id is null and activities.created_at <= clock.now_at
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
    from core.billable_activities
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
    select * from held
    union all
    select * from core.price_findings
)
