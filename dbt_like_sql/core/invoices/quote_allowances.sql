/*
What each quote includes of each kind it uses, and how more of it is priced.

A kind that the plan does not name is priced by the unit prices outside any plan, as
they stand on the first day of the month. An add-on extends the allowance. An allowance
`by_days` is reduced to the days that the service touches and rounded to six decimals,
so that the number on the document is the number that was used.

grain: quote_id, billing_kind

quote_id: The quote.
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
is_in_plan: Whether the plan names the kind.
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

terms as (
    select
        requested.quote_id,
        usage.billing_kind,
        requested.days,
        requested.month_days,
        coalesce(items.allowance_policy, 'full') as allowance_policy,
        case
            when items.allowance_policy = 'by_days' then requested.days
            else requested.month_days
        end as part,
        cast(coalesce(items.included_quantity, 0) * 1000000 as hugeint) as plan_micros,
        cast(items.hard_cap_quantity * 1000000 as hugeint) as cap_micros,
        cast(coalesce(items.overage_unit_size, 1) * 1000000 as hugeint) as size_micros,
        coalesce(items.unit_rounding, 'none') as unit_rounding,
        coalesce(items.overage_unit_price_cents, prices.unit_price_cents)
            as unit_price_cents,
        items.plan_version_id is not null as is_in_plan
    from requested
    join core.quote_usage as usage using (quote_id)
    left join staging.plan_items as items
        on items.plan_version_id = requested.plan_version_id
        and items.billing_kind = usage.billing_kind
    left join staging.resource_prices as prices
        on prices.billing_kind = usage.billing_kind
        and prices.currency = requested.currency
        and prices.effective_from <= requested.month
        and coalesce(prices.effective_to > requested.month, true)
)

select
    terms.quote_id,
    terms.billing_kind,
    terms.plan_micros,
    cast(coalesce(extensions.addon_micros, 0) as hugeint) as addon_micros,
    cast(
        (2 * cast(terms.plan_micros as hugeint) * terms.part + terms.month_days)
        // (2 * terms.month_days) + coalesce(extensions.addon_micros, 0) as hugeint
    ) as allowance_micros,
    terms.days,
    terms.month_days,
    terms.allowance_policy,
    terms.cap_micros,
    terms.size_micros,
    terms.unit_rounding,
    terms.unit_price_cents,
    terms.is_in_plan
from terms
left join core.quote_extensions as extensions using (quote_id, billing_kind)
