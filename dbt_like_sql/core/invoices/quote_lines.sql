/*
The lines of each quote before tax: plan, add-ons, overage.

Whatever an amount was computed from stands in `inputs`, so that it can be computed
again from the line alone. What a line is about, its key, is the same whenever it is
quoted again, which is what adjustments are found by.

grain: quote_id, line_key

line_key: What the line is about, within the document.
line_kind: 'plan_base', 'addon' or 'overage'.
resource_kind: The billing kind; null for the plan itself.
quantity: Share of a month, add-ons times share, or blocks.
unit_price_cents: Price of one.
amount_cents: What is charged.
currency: Currency of the price.
description: As printed.
service_start: First instant of the service.
inputs: What the amount was computed from, as JSON.
*/
with recurring as (
    select
        *,
        cast(price_cents as hugeint) * count_micros * seconds as product,
        cast(month_seconds as hugeint) as whole
    from core.quote_recurring
)

select
    quote_id,
    line_key,
    line_kind,
    resource_kind,
    cast(
        cast(
            (2 * cast(count_micros as hugeint) * seconds + whole) // (2 * whole)
            as decimal(26, 0)
        ) * 0.000001 as decimal(20, 6)
    ) as quantity,
    cast(price_cents as decimal(20, 8)) as unit_price_cents,
    cast(
        sign(product) * (
            (2 * abs(cast(product as hugeint)) + whole * 1000000)
            // (2 * (whole * 1000000))
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
from recurring
union all
select
    overages.quote_id,
    requests.subscription_id || '/overage/' || overages.billing_kind as line_key,
    'overage' as line_kind,
    overages.billing_kind as resource_kind,
    cast(cast(overages.block_micros as decimal(26, 0)) * 0.000001 as decimal(20, 6))
        as quantity,
    cast(overages.unit_price_cents as decimal(20, 8)) as unit_price_cents,
    overages.overage_cents as amount_cents,
    requests.currency,
    overages.description,
    requests.service_start,
    requests.service_end,
    overages.inputs
from core.quote_overage_texts as overages
join core.quote_requests as requests using (quote_id)
where overages.block_micros > 0 and overages.unit_price_cents > 0
