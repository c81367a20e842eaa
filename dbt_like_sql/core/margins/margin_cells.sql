/*
Both sides of every margin cell in the report currency, keyed as they are published.

A month's total of one side and currency is converted and rounded once; its cells get
whole cents by largest remainder, so that they always sum to that total. Without a rate
the amount in the report currency is unknown, and null.

A cost has no revenue currency of its own. It stands beside the revenue of its cell,
else under the tenant's currency, else under the report currency.

grain: side, month, tenant_id, deployment_id, kind, revenue_currency, currency

revenue_currency: Currency the cell is published under.
currency: Original currency of this amount.
report_cents: The same in the report currency; null without a rate.
fx_rate: Report units per unit of the original currency.
*/
with scaled as (
    select
        amounts.*,
        rates.fx_rate,
        rates.fx_date,
        cast(amounts.amount_micros as hugeint) as micros,
        -- Ten digits of rate and four between cents and millionths.
        cast(rates.fx_rate * 10000000000 as hugeint) as part,
        cast(100000000000000 as hugeint) as whole
    from core.margin_amounts as amounts
    left join core.margin_rates as rates
        on rates.month = amounts.month and rates.currency = amounts.currency
),

remainders as (
    select
        *,
        ((micros * part) % whole + whole) % whole as remainder,
        sum(micros) over (partition by side, month, currency) as total_micros
    from scaled
),

floors as (
    select
        *,
        rounded_to(micros * part - remainder, whole) as floor_cents,
        share_of(total_micros, part, whole) as total_cents,
        row_number() over (
            partition by side, month, currency
            order by remainder desc, tenant_id, deployment_id, kind
        ) as place
    from remainders
),

beside as (
    select
        *,
        total_cents - sum(floor_cents) over (partition by side, month, currency)
            as cents_left,
        coalesce(
            min(currency) filter (where side = 'revenue') over cell,
            min(currency) filter (where side = 'unit_revenue') over cell
        ) as cell_currency
    from floors
    window cell as (partition by month, tenant_id, deployment_id, kind)
)

select
    beside.side,
    beside.month,
    beside.tenant_id,
    beside.deployment_id,
    beside.kind,
    cast(
        case
            when beside.side in ('revenue', 'unit_revenue') then beside.currency
            else coalesce(
                beside.cell_currency, tenants.currency, today.report_currency
            )
        end as varchar
    ) as revenue_currency,
    beside.currency,
    beside.amount_micros,
    cast(
        beside.floor_cents + case when beside.place <= beside.cents_left then 1 else 0 end
        as bigint
    ) as report_cents,
    beside.fx_rate,
    beside.fx_date,
    beside.is_provisional
from beside
left join staging.tenants as tenants on tenants.tenant_id = beside.tenant_id
cross join ref.today as today
