/*
Both sides of every margin cell in the report currency, to the cent.

A month's total of one side and currency is converted and rounded once; its cells get
whole cents by largest remainder, so that they always sum to that total. Without a rate
the amount in the report currency is unknown, and null.

grain: side, month, tenant_id, deployment_id, kind, currency

side: 'cost', 'revenue', and for credits 'unit_cost' and 'unit_revenue'.
month: First day of the month.
tenant_id: The tenant or a named value.
deployment_id: The deployment or a named value.
kind: Resource kind.
currency: Original currency.
amount_micros: Original amount, in millionths.
report_cents: The same in the report currency.
is_provisional: Whether a line of it is still a draft.
*/
with amounts as (
    select 'revenue' as side, month, tenant_id, deployment_id, kind, currency,
        cast(amount_cents as hugeint) * 10000 as amount_micros, is_provisional
    from core.revenue_cells
    union all
    select 'cost' as side, month, tenant_id, deployment_id, kind, currency,
        cast(amount_micros as hugeint) as amount_micros, false as is_provisional
    from core.cost_cells
    union all
    select 'unit_cost' as side, month, tenant_id, deployment_id, kind, currency,
        sum(cast(cost_micros as hugeint)) as amount_micros, false as is_provisional
    from core.credit_costs
    group by month, tenant_id, deployment_id, kind, currency
    union all
    select 'unit_revenue' as side, month, tenant_id, deployment_id, 'credits' as kind,
        currency, sum(cast(amount_cents as hugeint) * 10000) as amount_micros,
        false as is_provisional
    from core.credit_revenue
    group by month, tenant_id, deployment_id, currency
),

scaled as (
    select
        amounts.*,
        rates.fx_rate,
        rates.fx_date,
        -- Ten digits of rate and four between cents and millionths.
        cast(rates.fx_rate * 10000000000 as hugeint) as part,
        cast(100000000000000 as hugeint) as whole
    from amounts
    left join core.margin_rates as rates
        on rates.month = amounts.month and rates.currency = amounts.currency
),

remainders as (
    select
        scaled.*,
        ((amount_micros * part) % whole + whole) % whole as remainder,
        sum(amount_micros) over (partition by side, month, currency) as total_micros
    from scaled
),

floors as (
    select
        remainders.*,
        sign(amount_micros * part - remainder) * (
            (2 * abs(cast(amount_micros * part - remainder as hugeint)) + whole)
            // (2 * whole)
        ) as floor_cents,
        sign(total_micros) * (
            (2 * abs(cast(total_micros as hugeint)) * part + whole) // (2 * whole)
        ) as total_cents,
        row_number() over (partition by side, month, currency
            order by remainder desc, tenant_id, deployment_id, kind) as place
    from remainders
)

select
    side,
    month,
    tenant_id,
    deployment_id,
    kind,
    currency,
    cast(amount_micros as bigint) as amount_micros,
    cast(
        floor_cents + case
            when place <= total_cents - sum(floor_cents) over (
                partition by side, month, currency
            ) then 1
            else 0
        end as bigint
    ) as report_cents,
    fx_rate,
    fx_date,
    is_provisional
from floors
