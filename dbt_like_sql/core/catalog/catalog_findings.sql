/*
What an operator should know about subscriptions and the catalog they name.

grain: finding, subject_id

finding: What was found.
subject_id: What it is about.
tenant_id: Whose it is.
detail: The finding in words.
happened_at: When it began.
*/
with findings as (
    select
        'unknown_plan_version' as finding,
        subscription_id as subject_id,
        tenant_id,
        'bound to ' || plan_version_id || ', which is not in the catalog: not billed'
            as detail,
        started_at as happened_at
    from staging.subscriptions
    where plan_version_id not in (select plan_version_id from staging.plan_versions)
    union all
    select
        'unknown_addon' as finding,
        held.subscription_id || '/' || held.addon_code || '/'
        || cast(held.started_at as varchar) as subject_id,
        coalesce(subscriptions.tenant_id, 'unattributed') as tenant_id,
        'add-on ' || held.addon_code || ' or its subscription is unknown: not billed'
            as detail,
        held.started_at as happened_at
    from staging.subscription_addons as held
    left join staging.subscriptions as subscriptions using (subscription_id)
    where subscriptions.subscription_id is null
        or held.addon_code not in (select addon_code from staging.addons)
    union all
    select
        'unknown_tenant' as finding,
        subscription_id as subject_id,
        tenant_id,
        'the subscription of a tenant that nobody knows: billed without tax' as detail,
        started_at as happened_at
    from staging.subscriptions
    where tenant_id not in (select tenant_id from staging.tenants)
    union all
    select
        'unknown_tenant',
        'relays/' || tenant_id,
        tenant_id,
        'the relays of a tenant that nobody knows: billed without tax',
        min(created_at)
    from staging.activities
    where tenant_id not in (select tenant_id from staging.tenants)
    group by tenant_id
    union all
    select
        'other_timezone' as finding,
        tenants.tenant_id as subject_id,
        tenants.tenant_id,
        'lives in ' || tenants.timezone || '; billing months are UTC' as detail,
        tenants.created_at as happened_at
    from staging.tenants as tenants
    join ref.clock as clock on tenants.created_at <= clock.now_at
    where tenants.timezone <> 'UTC'
    union all
    select
        'overlapping_subscriptions' as finding,
        later.subscription_id as subject_id,
        later.tenant_id,
        'overlaps ' || min(earlier.subscription_id) || ' of the same deployment: both '
        || 'prices are charged, usage counts for this one' as detail,
        later.valid_from as happened_at
    from core.tenant_plans as later
    join core.tenant_plans as earlier
        on earlier.deployment_id = later.deployment_id
        and earlier.subscription_id <> later.subscription_id
        and (earlier.valid_from, earlier.subscription_id)
        < (later.valid_from, later.subscription_id)
        and coalesce(earlier.valid_to > later.valid_from, true)
    group by later.subscription_id, later.tenant_id, later.valid_from
)

select
    finding,
    cast(subject_id as varchar) as subject_id,
    tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from findings
