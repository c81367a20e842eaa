/*
What each quote uses of each kind, how much of it is included, and how more is priced.

A kind that the plan does not name is priced by the unit prices outside any plan, as
they stand on the first day of the month. An add-on extends the allowance. An allowance
`by_days` is reduced to the days that the service touches, an extension to those on
which the add-on was held, and rounded to six decimals, so that the number on the
document is the number that was used.

grain: quote_id, billing_kind
check: base_quantity >= 0
check: addon_micros >= 0

quote_id: The quote.
base_quantity: What was used, in whole base units.
base_per_unit: Base units that make one unit.
plan_micros: Allowance of the plan for a whole month, in millionths of a unit.
addon_micros: What add-ons add, in millionths of a unit.
allowance_micros: What is included in this quote, in millionths of a unit.
days: Days that the service touches.
month_days: Days of the month.
allowance_policy: Whether a part of a month has the whole allowance.
cap_micros: Quantity beyond which nothing is charged; null = none.
size_micros: Size of a block, in millionths of a unit.
unit_rounding: Whether a begun block counts whole.
unit_price_cents: Price of a block; null = nobody says.
*/
with requested as (
    select
        *,
        cast(next_month - month as bigint) as month_days,
        cast(
            cast(service_end - interval 1 microsecond as date)
            - cast(service_start as date) + 1 as bigint
        ) as days
    from core.quote_requests
),

used as (
    select
        requested.quote_id,
        covered.billing_kind,
        sum(covered.base_quantity) as base_quantity,
        max(covered.base_per_unit) as base_per_unit
    from core.covered_usage as covered
    join requested using (subscription_id, month)
    group by requested.quote_id, covered.billing_kind
),

held_addons as (
    select
        requested.quote_id,
        addons.billing_kind,
        cast(addons.quantity * 1000000 as hugeint)
        * cast(held.quantity * 1000000 as hugeint) as product,
        case
            when items.allowance_policy = 'by_days' then
                cast(held.service_end - interval 1 microsecond as date)
                - cast(held.service_start as date) + 1
            else requested.month_days
        end as part,
        requested.month_days
    from core.quote_addons as held
    join requested using (quote_id)
    join staging.addons as addons using (addon_code)
    left join staging.plan_items as items
        on items.plan_version_id = requested.plan_version_id
        and items.billing_kind = addons.billing_kind
),

extensions as (
    select
        quote_id,
        billing_kind,
        sum(share_of(product, part, month_days * 1000000)) as addon_micros
    from held_addons
    group by quote_id, billing_kind
),

terms as (
    select
        used.quote_id,
        used.billing_kind,
        used.base_quantity,
        used.base_per_unit,
        requested.days,
        requested.month_days,
        coalesce(items.allowance_policy, 'full') as allowance_policy,
        case
            when items.allowance_policy = 'by_days' then requested.days
            else requested.month_days
        end as part,
        cast(coalesce(items.included_quantity, 0) * 1000000 as hugeint) as plan_micros,
        coalesce(extensions.addon_micros, 0) as addon_micros,
        cast(items.hard_cap_quantity * 1000000 as hugeint) as cap_micros,
        cast(coalesce(items.overage_unit_size, 1) * 1000000 as hugeint) as size_micros,
        coalesce(items.unit_rounding, 'none') as unit_rounding,
        coalesce(items.overage_unit_price_cents, prices.unit_price_cents)
            as unit_price_cents
    from requested
    join used using (quote_id)
    left join extensions
        on extensions.quote_id = used.quote_id
        and extensions.billing_kind = used.billing_kind
    left join staging.plan_items as items
        on items.plan_version_id = requested.plan_version_id
        and items.billing_kind = used.billing_kind
    left join staging.resource_prices as prices
        on prices.billing_kind = used.billing_kind
        and prices.currency = requested.currency
        and prices.effective_from <= requested.month
        and coalesce(prices.effective_to > requested.month, true)
)

select
    quote_id,
    billing_kind,
    cast(base_quantity as hugeint) as base_quantity,
    cast(base_per_unit as bigint) as base_per_unit,
    plan_micros,
    cast(addon_micros as hugeint) as addon_micros,
    cast(share_of(plan_micros, part, month_days) + addon_micros as hugeint)
        as allowance_micros,
    days,
    month_days,
    allowance_policy,
    cap_micros,
    size_micros,
    unit_rounding,
    unit_price_cents
from terms
