/*
The activities that can change what a relay costs, and what each of them states.

Other types of activity are left out here, before anything is folded, because a window
must not see them; they are named in `core.activity_findings`.

grain: activity_id
keyed: tenant_id

activity_id: The activity.
activity_type: What the log says happened.
sequence: Order among activities of one instant.
sets_active: Whether the relay runs from then on; null = unchanged.
sets_plan: Its plan from then on, empty = none; null = unchanged.
*/
select
    activities.activity_id,
    activities.tenant_id,
    activities.resource_id,
    activities.activity_type,
    activities.sequence,
    activities.created_at,
    cast(case
        when activities.activity_type in ('create_relay', 'activate_relay') then true
        when activities.activity_type = 'deactivate_relay' then false
    end as boolean) as sets_active,
    cast(case
        -- A relay created anew without a plan has none, whatever it had before.
        when activities.activity_type = 'create_relay'
            then coalesce(activities.plan_code, '')
        when activities.activity_type = 'update_relay'
            then nullif(activities.plan_code, '')
    end as varchar) as sets_plan
from staging.activities as activities
cross join ref.clock as clock
where
    activities.activity_type in (
        'create_relay', 'update_relay', 'activate_relay', 'deactivate_relay'
    )
    and activities.created_at <= clock.now_at
