/*
What each quote charges for time: the plan and its add-ons, pro rata by seconds.

grain: quote_id, line_key
check: seconds between 0 and month_seconds

quote_id: The quote.
line_key: What the line is about, within the document.
line_kind: 'plan_base' or 'addon'.
resource_kind: The billing kind an add-on extends; null for the plan.
label: Name as printed.
currency: Currency of the price.
count_micros: How many, in millionths.
seconds: Seconds of service.
month_seconds: Seconds of the month.
service_start: First instant of the service.
*/
with charged as (
    select
        requests.quote_id,
        requests.subscription_id || '/plan_base' as line_key,
        'plan_base' as line_kind,
        cast(null as varchar) as resource_kind,
        coalesce(plans.name, versions.plan_code)
        || ' (version ' || cast(versions.version as varchar) || ')' as label,
        versions.base_price_cents as price_cents,
        versions.currency,
        1000000 as count_micros,
        requests.month,
        requests.next_month,
        requests.service_start,
        requests.service_end
    from core.quote_requests as requests
    join staging.plan_versions as versions using (plan_version_id)
    left join staging.plans as plans using (plan_code)
    union all
    select
        requests.quote_id,
        requests.subscription_id || '/addon/' || held.addon_code || '/'
        || cast(held.held_since as varchar) as line_key,
        'addon' as line_kind,
        addons.billing_kind as resource_kind,
        'Addon: ' || addons.addon_code as label,
        addons.price_cents,
        addons.currency,
        cast(held.quantity * 1000000 as bigint) as count_micros,
        requests.month,
        requests.next_month,
        held.service_start,
        held.service_end
    from core.quote_addons as held
    join core.quote_requests as requests using (quote_id)
    join staging.addons as addons using (addon_code)
)

select
    quote_id,
    cast(line_key as varchar) as line_key,
    line_kind,
    resource_kind,
    cast(label as varchar) as label,
    price_cents,
    currency,
    cast(count_micros as bigint) as count_micros,
    cast(floor(epoch(service_end)) - floor(epoch(service_start)) as bigint)
        as seconds,
    cast((next_month - month) * 86400 as bigint) as month_seconds,
    service_start,
    service_end
from charged
