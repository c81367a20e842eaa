/*
What an operator should know about usage and the drafts of calendar months.

grain: finding, subject_id

finding: What was found.
subject_id: What it is about.
tenant_id: Whose it is, or 'unattributed'.
detail: The finding in words.
happened_at: When it began.
*/
with unknown_sizes as (
    select
        resource_id,
        max(tenant_id) as tenant_id,
        max(kind) as kind,
        min(day) as first_day,
        count(*) as days
    from core.usage_daily
    where base_quantity is null
    group by resource_id
),

uncovered as (
    select
        covered.month,
        covered.deployment_id,
        max(deployments.tenant_id) as tenant_id,
        string_agg(distinct covered.billing_kind, ', ' order by covered.billing_kind)
            as billing_kinds
    from core.covered_usage as covered
    left join staging.deployments as deployments using (deployment_id)
    where covered.subscription_id = 'none'
        and covered.base_quantity > 0
        -- What is billed from the activity log has a flat price.
        and covered.deployment_id not in (select resource_id from staging.activities)
    group by covered.month, covered.deployment_id
),

findings as (
    select
        'unknown_size' as finding,
        resource_id as subject_id,
        tenant_id,
        kind || ' of unknown size on ' || cast(days as varchar)
        || ' days: metered, not charged' as detail,
        cast(first_day as timestamp) as happened_at
    from unknown_sizes
    union all
    select
        'usage_without_subscription',
        deployment_id || '@' || left(cast(month as varchar), 7),
        coalesce(tenant_id, 'unattributed'),
        billing_kinds || ' used by ' || deployment_id || ': nobody subscribed for it',
        cast(month as timestamp)
    from uncovered
    union all
    select
        case when overages.is_capped then 'cap_hit' else 'unpriced_usage' end,
        overages.quote_id || '/' || overages.billing_kind,
        requests.tenant_id,
        overages.description,
        requests.service_start
    from core.quote_overages as overages
    join core.quote_requests as requests using (quote_id)
    where overages.is_capped
        or (overages.block_micros > 0 and overages.unit_price_cents is null)
    union all
    select
        'document_held',
        invoice_id,
        tenant_id,
        hold_reason,
        period_start
    from core.calendar_drafts
    where hold_reason is not null
    union all
    select
        'days_not_observed',
        tenant_id || '-' || currency || '@' || left(cast(month as varchar), 7),
        tenant_id,
        notes,
        cast(month as timestamp)
    from core.calendar_notes
    where unobserved_days > 0
)

select
    finding,
    cast(subject_id as varchar) as subject_id,
    tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from findings
