/*
What each quote charges for usage beyond what is included, in numbers and in words.

Usage and allowance are compared as whole numbers over one divisor, and divided once,
into the amount. A hard cap stops the charge and not the metering: what is used beyond
it is money that leaks, and is said so. A begun block counts whole where the plan says
so.

grain: quote_id, billing_kind
check: overage_cents >= 0
check: block_micros >= 0

used_quantity: What was used in units, rounded; for reading.
block_micros: Blocks that are charged, in millionths of a block.
overage_cents: The charge; null = used beyond the allowance, and nobody says the price.
is_capped: Whether the cap was passed.
description: As printed: what was used, what is included, and how that came about.
inputs: What the amount was computed from, as JSON.
*/
with compared as (
    select
        allowances.*,
        coalesce(kinds.name, allowances.billing_kind) as name,
        coalesce(' ' || kinds.unit, '') as unit,
        -- All in millionths of base units; the cap is null without one.
        allowances.base_quantity * 1000000 as used,
        allowances.allowance_micros * allowances.base_per_unit as allowance,
        allowances.cap_micros * allowances.base_per_unit as cap,
        allowances.size_micros * allowances.base_per_unit as block,
        cast(
            cast(allowances.unit_price_cents as decimal(28, 8)) * 100000000 as hugeint
        ) as price_e8
    from core.quote_allowances as allowances
    left join ref.billing_kinds as kinds using (billing_kind)
),

charged as (
    select *, greatest(least(used, cap) - allowance, 0) as beyond
    from compared
),

billed as (
    select
        *,
        case
            when unit_rounding = 'up' then begun_units(beyond, block) * block
            else beyond
        end as charged_usage
    from charged
),

numbers as (
    select
        *,
        rounded_to(used, base_per_unit) as used_micros,
        share_of(charged_usage, 1000000, block) as block_micros,
        -- What is not used beyond the allowance needs no price.
        case
            when charged_usage = 0 then 0
            else share_of(charged_usage, price_e8, block * 100000000)
        end as overage_cents,
        cap is not null and used > cap as is_capped
    from billed
)

select
    quote_id,
    billing_kind,
    from_millionths(used_micros) as used_quantity,
    cast(block_micros as hugeint) as block_micros,
    unit_price_cents,
    cast(overage_cents as bigint) as overage_cents,
    is_capped,
    cast(
        'Overage: ' || name || ', ' || millionths_text(used_micros) || unit
        || ' used, ' || millionths_text(allowance_micros) || ' included'
        || case
            when days = month_days or plan_micros = 0 then ''
            else ' (' || millionths_text(plan_micros)
                || case allowance_policy
                    when 'by_days' then ' by days, ' else ' in full, '
                end
                || cast(days as varchar) || ' of ' || cast(month_days as varchar)
                || ' days)'
        end
        || case
            when addon_micros > 0
                then ' (' || millionths_text(addon_micros) || ' by add-ons)'
            else ''
        end
        || case
            when is_capped then ', charged up to ' || millionths_text(cap_micros)
            else ''
        end
        || case
            when size_micros <> 1000000
                then ', blocks of ' || millionths_text(size_micros)
            else ''
        end as varchar
    ) as description,
    cast(
        json_object(
            'base_quantity', cast(base_quantity as varchar),
            'base_per_unit', base_per_unit,
            'allowance_micros', cast(allowance_micros as varchar),
            'cap_micros', cast(cap_micros as varchar),
            'size_micros', cast(size_micros as varchar),
            'unit_rounding', unit_rounding,
            'unit_price_cents', cast(unit_price_cents as varchar)
        ) as varchar
    ) as inputs
from numbers
