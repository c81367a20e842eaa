/*
Overage in words and with its inputs, as it is printed and kept.

grain: quote_id, billing_kind

overage_cents: The charge.
description: As printed: what was used, what is included, and how that came about.
inputs: What the amount was computed from, as JSON.
*/
with numbers as (
    select
        overages.*,
        allowances.size_micros,
        allowances.unit_rounding,
        allowances.plan_micros,
        allowances.addon_micros,
        allowances.days,
        allowances.month_days,
        allowances.allowance_policy,
        coalesce(kinds.name, overages.billing_kind) as name,
        coalesce(' ' || kinds.unit, '') as unit
    from core.quote_overages as overages
    join core.quote_allowances as allowances using (quote_id, billing_kind)
    left join ref.billing_kinds as kinds using (billing_kind)
),

texts as (
    select
        *,
        cast(used_quantity as varchar) as used_text,
        cast(cast(allowance_micros as decimal(26, 0)) * 0.000001 as varchar)
            as allowance_text,
        cast(cast(plan_micros as decimal(26, 0)) * 0.000001 as varchar) as plan_text,
        cast(cast(addon_micros as decimal(26, 0)) * 0.000001 as varchar) as addon_text,
        cast(cast(cap_micros as decimal(26, 0)) * 0.000001 as varchar) as cap_text,
        cast(cast(size_micros as decimal(26, 0)) * 0.000001 as varchar) as size_text
    from numbers
)

select
    quote_id,
    billing_kind,
    block_micros,
    unit_price_cents,
    overage_cents,
    cast(
        regexp_replace(
            'Overage: ' || name || ', ' || used_text || unit || ' used, '
            || allowance_text || ' included'
            || case
                when days = month_days or plan_micros = 0 then ''
                else ' (' || plan_text
                    || case allowance_policy when 'by_days' then ' by days, '
                        else ' in full, ' end
                    || cast(days as varchar) || ' of ' || cast(month_days as varchar)
                    || ' days)'
            end
            || case when addon_micros > 0 then ' (' || addon_text || ' by add-ons)'
                else '' end
            || case when is_capped then ', charged up to ' || cap_text else '' end
            || case when size_micros <> 1000000 then ', blocks of ' || size_text
                else '' end,
            '[.]0{6}|([.][0-9]*[1-9])0+([^0-9]|$)', '\1\2', 'g'
        ) as varchar
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
from texts
