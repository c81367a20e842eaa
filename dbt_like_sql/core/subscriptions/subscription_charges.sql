/*
What the whole log is worth, computed afresh: each charge and credit with its own id.

Nothing here knows what was invoiced. The id is made of tenant, relay, and activity or
boundary, and never of an order of arrival, so the same fact has the same id for ever.

grain: charge_id
keyed: tenant_id
check: amount_cents <> 0
check: service_start < service_end

charge_id: The charge.
activity_id: The activity behind it; null for a renewal.
plan_code: The plan charged or credited.
item_kind: 'create', 'reactivate', 'deactivate', 'plan_change' or 'renewal'.
amount_cents: Charge; negative = credit.
currency: Its currency.
created_at: When it arose.
service_start: First instant it pays for.
service_end: First instant after.
description: Words on the invoice.
*/
with charges as (
    select
        activity_id,
        tenant_id,
        resource_id,
        plan_code,
        change_kind as item_kind,
        amount_cents,
        currency,
        created_at,
        service_end,
        'activity:' || activity_id as origin,
        case change_kind
            when 'create' then 'New relay created'
            when 'reactivate' then 'Relay reactivated'
            when 'deactivate' then 'Relay deactivated (prorated credit)'
            else 'Plan changed from ' || old_plan_name || ' to ' || new_plan_name
        end as description
    from core.activity_charges
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
        period_end as service_end,
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
    service_end,
    cast(description as varchar) as description
from charges
