/*
The threshold that each month of spend is held to, in the plan's currency and in its own.

A plan that costs nothing has a threshold all the same, the floor: a free customer who
costs real money is the worst margin there is. The rate is the last one on or before the
month's end or now. The threshold is brought into the spend's currency to a millionth of
a cent, so that the spend can be judged without being rounded.

grain: tenant_id, metric, period_start, spend_currency, threshold_pct
check: threshold_cents > 0

tenant_id: Whose spend.
metric: How the spend is known.
spend_currency: Currency the spend is paid in.
audience: Who is told when it is reached.
plan_code: Plan of the month, or 'none'.
plan_price_cents: Its price of a whole month.
currency: Currency of the plan and of the threshold.
threshold_cents: What must not be reached.
fx_rate: Units of currency for one of spend_currency; null = no recent rate.
rate_e10: 10^10 times fx_rate, a whole number.
threshold_units: The threshold in the units of core.tenant_spend; null without a rate.
*/
with planned as (
    select
        spend.tenant_id,
        spend.metric,
        spend.period_start,
        spend.currency as spend_currency,
        thresholds.threshold_pct,
        thresholds.floor_cents,
        thresholds.audience,
        coalesce(plans.plan_code, 'none') as plan_code,
        coalesce(plans.plan_price_cents, 0) as plan_price_cents,
        case
            when coalesce(plans.plan_price_cents, 0) = 0 then thresholds.floor_currency
            else plans.currency
        end as currency,
        least(
            cast(months.next_month - interval 1 day as date),
            cast(clock.now_at as date)
        ) as rate_day
    from core.tenant_spend as spend
    join ref.spend_thresholds as thresholds using (metric)
    join ref.months as months on spend.period_start = months.month
    cross join ref.clock as clock
    left join core.spend_plans as plans
        on spend.tenant_id = plans.tenant_id
        and spend.period_start = plans.period_start
),

rated as (
    select
        planned.*,
        cast(
            case when planned.spend_currency = planned.currency then 1 else fx.rate end
            as decimal(18, 10)
        ) as fx_rate,
        case
            when planned.plan_price_cents = 0 then cast(planned.floor_cents as hugeint)
            else (
                2 * abs(cast(planned.plan_price_cents as hugeint))
                * planned.threshold_pct + 100
            ) // (2 * 100)
        end as limit_cents
    from planned
    left join core.fx_daily as fx
        on planned.rate_day = fx.day
        and planned.spend_currency = fx.base
        and planned.currency = fx.quote
),

scaled as (
    select *, cast(
            cast(fx_rate as decimal(28, 10)) * 10000000000 as hugeint
        ) as rate_e10
    from rated
)

select
    tenant_id,
    metric,
    period_start,
    spend_currency,
    threshold_pct,
    audience,
    plan_code,
    plan_price_cents,
    currency,
    cast(limit_cents as bigint) as threshold_cents,
    fx_rate,
    rate_e10,
    cast(
        (2 * abs(cast(limit_cents as hugeint)) * 10000000000000000 + rate_e10)
        // (2 * rate_e10) * 1000000 * 36288000 as hugeint
    ) as threshold_units
from scaled
