/*
The lines of each quote before tax: plan and add-ons pro rata by seconds, and overage.

Whatever an amount was computed from stands in `inputs`, so that it can be computed
again from the line alone. What a line is about, its key, is the same whenever it is
quoted again, which is what adjustments are found by.

grain: quote_id, line_key
check: cast(inputs ->> 'seconds' as bigint)
    between 0 and cast(inputs ->> 'month_seconds' as bigint)

quote_id: The quote.
line_key: What the line is about, within the document.
line_kind: 'plan_base', 'addon' or 'overage'.
resource_kind: The billing kind; null for the plan itself.
quantity: Share of a month, add-ons times share, or blocks.
unit_price_cents: Price of one.
amount_cents: What is charged.
currency: Currency of the price.
description: As printed.
service_start: First instant of the service.
service_end: First instant after it.
inputs: What the amount was computed from, as JSON.
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
        cast(1000000 as bigint) as count_micros,
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
),

timed as (
    select
        *,
        cast(floor(epoch(service_end)) - floor(epoch(service_start)) as bigint)
            as seconds,
        cast((next_month - month) * 86400 as bigint) as month_seconds
    from charged
)

select
    quote_id,
    cast(line_key as varchar) as line_key,
    line_kind,
    resource_kind,
    from_millionths(share_of(count_micros, seconds, month_seconds)) as quantity,
    cast(price_cents as decimal(20, 8)) as unit_price_cents,
    cast(
        share_of(
            cast(price_cents as hugeint) * count_micros,
            seconds,
            cast(month_seconds as hugeint) * 1000000
        ) as bigint
    ) as amount_cents,
    currency,
    cast(
        label || case
            when seconds = month_seconds then ''
            else ', ' || cast(seconds as varchar) || ' of '
                || cast(month_seconds as varchar) || ' seconds of the month'
        end as varchar
    ) as description,
    service_start,
    service_end,
    cast(
        json_object(
            'price_cents', price_cents, 'count_micros', count_micros,
            'seconds', seconds, 'month_seconds', month_seconds
        ) as varchar
    ) as inputs
from timed
union all
select
    overages.quote_id,
    requests.subscription_id || '/overage/' || overages.billing_kind as line_key,
    'overage' as line_kind,
    overages.billing_kind as resource_kind,
    from_millionths(overages.block_micros) as quantity,
    cast(overages.unit_price_cents as decimal(20, 8)) as unit_price_cents,
    overages.overage_cents as amount_cents,
    requests.currency,
    overages.description,
    requests.service_start,
    requests.service_end,
    overages.inputs
from core.quote_overages as overages
join core.quote_requests as requests using (quote_id)
where overages.block_micros > 0 and overages.unit_price_cents > 0
