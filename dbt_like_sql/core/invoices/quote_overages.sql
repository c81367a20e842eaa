/*
What each quote charges for usage beyond its allowance.

Usage and allowance are compared as whole numbers over one divisor, and divided once,
into the amount. A hard cap stops the charge and not the metering: what is used beyond
it is money that leaks, and is said so. A begun block counts whole where the plan says
so.

grain: quote_id, billing_kind
check: overage_cents >= 0
check: block_micros >= 0

base_quantity: What was used, in whole base units.
used_quantity: The same in units, rounded; for reading.
allowance_micros: What is included, in millionths of a unit.
block_micros: Blocks that are charged, in millionths of a block.
overage_cents: The charge; null = used beyond the allowance, and nobody says the price.
is_capped: Whether the cap was passed.
*/
with compared as (
    select
        usage.quote_id,
        usage.billing_kind,
        usage.base_quantity,
        usage.base_per_unit,
        allowances.allowance_micros,
        allowances.cap_micros,
        allowances.unit_rounding,
        allowances.unit_price_cents,
        cast(usage.base_per_unit as hugeint) * allowances.size_micros as block,
        -- Millionths of base units; the cap in the same unit is null without one.
        usage.base_quantity * 1000000 as used,
        cast(
            cast(allowances.unit_price_cents as decimal(28, 8)) * 100000000 as hugeint
        ) as price_e8,
        allowances.cap_micros * usage.base_per_unit as cap,
        allowances.allowance_micros * usage.base_per_unit as allowance
    from core.quote_usage as usage
    join core.quote_allowances as allowances using (quote_id, billing_kind)
),

charged as (
    select *, greatest(least(used, cap) - allowance, 0) as beyond
    from compared
),

blocks as (
    select
        *,
        case
            when unit_rounding = 'up' then
                (2 * cast(beyond as hugeint) - 1 + 2 * block) // (2 * block) * block
            else beyond
        end as billed
    from charged
)

select
    quote_id,
    billing_kind,
    base_quantity,
    base_per_unit,
    cast(
        cast(
            (2 * cast(used as hugeint) + base_per_unit) // (2 * base_per_unit)
            as decimal(26, 0)
        ) * 0.000001 as decimal(20, 6)
    ) as used_quantity,
    allowance_micros,
    cap_micros,
    cast(
        (2 * cast(billed as hugeint) * 1000000 + block) // (2 * block) as hugeint
    ) as block_micros,
    unit_price_cents,
    cast(
        case
            when billed = 0 then 0
            else (
                2 * cast(billed as hugeint) * price_e8 + block * 100000000
            ) // (2 * (block * 100000000))
        end as bigint
    ) as overage_cents,
    cap is not null and used > cap as is_capped
from blocks
