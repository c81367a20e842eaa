/*
What each activity made of its relay: plan and active flag before it and after it.

The log is folded in its total order, by instant and then by sequence: two activities
of one second are common, and guessing their order loses a plan change. Only a real
change of state is worth money; the rest is named 'none' and shown to operators.

Types of activity that change nothing a relay costs are left out before anything is
folded, because a window must not see them; `core.activity_findings` names them.

grain: activity_id
keyed: tenant_id

is_active_before: Whether the relay ran just before.
plan_before: Its plan just before; empty = none.
is_active_after: Whether it runs from then on.
plan_after: Its plan from then on; empty = none.
change_kind: 'create', 'reactivate', 'deactivate', 'plan_change' or 'none'.
last_change_at: The change before this one, if there was one.
next_at: The next activity of the relay, if there is one.
*/
with billable as (
    -- What each activity states of its relay; null = unchanged.
    select
        activity_id,
        tenant_id,
        resource_id,
        activity_type,
        sequence,
        created_at,
        case
            when activity_type in ('create_relay', 'activate_relay') then true
            when activity_type = 'deactivate_relay' then false
        end as sets_active,
        case
            -- A relay created anew without a plan has none, whatever it had before.
            when activity_type = 'create_relay' then coalesce(plan_code, '')
            when activity_type = 'update_relay' then nullif(plan_code, '')
        end as sets_plan
    from staging.activities
    where activity_type in (
        'create_relay', 'update_relay', 'activate_relay', 'deactivate_relay'
    )
),

folded as (
    select
        billable.*,
        coalesce(last_value(sets_active ignore nulls) over earlier, false)
            as was_active,
        coalesce(last_value(sets_plan ignore nulls) over earlier, '') as had_plan,
        lead(created_at) over in_order as next_at
    from billable
    window
        in_order as (
            partition by tenant_id, resource_id
            order by created_at, sequence, activity_id
        ),
        earlier as (
            partition by tenant_id, resource_id
            order by created_at, sequence, activity_id
            rows between unbounded preceding and 1 preceding
        )
),

judged as (
    select
        folded.*,
        coalesce(sets_active, was_active) as is_active,
        coalesce(sets_plan, had_plan) as has_plan,
        case
            -- Active without a plan was never charged: naming one creates it.
            when activity_type = 'create_relay' and not (was_active and had_plan <> '')
                then 'create'
            when sets_active and not was_active then 'reactivate'
            when not sets_active and was_active then 'deactivate'
            when
                coalesce(sets_active, was_active)
                and coalesce(sets_plan, had_plan) <> had_plan
                then 'plan_change'
            else 'none'
        end as change_kind
    from folded
)

select
    activity_id,
    tenant_id,
    resource_id,
    activity_type,
    sequence,
    created_at,
    was_active as is_active_before,
    had_plan as plan_before,
    is_active as is_active_after,
    has_plan as plan_after,
    change_kind,
    cast(last_value(case when change_kind <> 'none' then created_at end ignore nulls)
        over (
            partition by tenant_id, resource_id
            order by created_at, sequence, activity_id
            rows between unbounded preceding and 1 preceding
        ) as timestamp) as last_change_at,
    next_at
from judged
