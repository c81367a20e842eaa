/*
Spend of each month beside the threshold that its tenant's plan sets.

A plan that costs nothing has a threshold all the same, the floor: a free customer who
costs real money is the worst margin there is. The exchange rate is the last one on or
before the month's end or now.

Reaching the threshold counts (>=), and is judged unrounded in the spend's own currency,
into which the threshold is brought to a millionth of a cent; without a recent exchange
rate nothing is judged, and core.spend_findings says so. What is shown is rounded once:
from the exact sum when no exchange is needed, otherwise from millionths of the spend's
currency, as provider cost is everywhere.

grain: period_start, tenant_id, metric, threshold_pct
check: threshold_cents > 0

tenant_id: Whose spend.
metric: How the spend is known.
audience: Who is told when it is reached.
plan_code: Plan of the month, or 'none'.
plan_price_cents: Its price of a whole month.
currency: Currency of plan and threshold; all cents are in it.
spend_currency: Currency the spend is paid in.
fx_rate: Units of currency for one of spend_currency; null = no recent rate.
threshold_cents: What must not be reached.
spend_cents: Spend so far; null without a rate.
projected_cents: Spend of the whole month, foreseen; null without a rate.
is_over: Whether the spend reached the threshold.
is_projected_over: Whether it will, if what runs now goes on.
threshold_units: The threshold in the units of core.tenant_spend; null without a rate.
rate_card: Where the prices came from.
*/
with planned as (
    select
        spend.*,
        thresholds.threshold_pct,
        thresholds.audience,
        thresholds.floor_cents,
        coalesce(plans.plan_code, 'none') as plan_code,
        coalesce(plans.plan_price_cents, 0) as plan_price_cents,
        case
            when coalesce(plans.plan_price_cents, 0) = 0 then thresholds.floor_currency
            else plans.currency
        end as plan_currency,
        least(
            cast(months.next_month - interval 1 day as date),
            today.day
        ) as rate_day
    from core.tenant_spend as spend
    join ref.spend_thresholds as thresholds using (metric)
    join ref.months as months on spend.period_start = months.month
    cross join ref.today as today
    left join core.spend_plans as plans
        on spend.tenant_id = plans.tenant_id
        and spend.period_start = plans.period_start
),

rated as (
    select
        planned.*,
        planned.currency = planned.plan_currency as is_same_currency,
        cast(
            case when planned.currency = planned.plan_currency then 1 else fx.rate end
            as decimal(18, 10)
        ) as fx_rate,
        case
            when planned.plan_price_cents = 0 then planned.floor_cents
            else share_of(planned.plan_price_cents, planned.threshold_pct, 100)
        end as limit_cents
    from planned
    left join core.fx_daily as fx
        on planned.rate_day = fx.day
        and planned.currency = fx.base
        and planned.plan_currency = fx.quote
),

scaled as (
    select
        *,
        cast(cast(fx_rate as decimal(28, 10)) * 10000000000 as hugeint) as rate_e10,
        cast(36288000 as hugeint) * 1000000000000 as units_per_cent,
        cast(36288000 as hugeint) * 100000000 as units_per_micro
    from rated
),

judged as (
    select
        *,
        -- Ten digits of rate, and six to a millionth of a cent.
        share_of(limit_cents, 10000000000000000, rate_e10) * 1000000 * 36288000
            as limit_units,
        rounded_to(spend_units, units_per_micro) as spend_micros,
        rounded_to(projected_units, units_per_micro) as projected_micros
    from scaled
)

select
    period_start,
    tenant_id,
    metric,
    threshold_pct,
    audience,
    plan_code,
    plan_price_cents,
    plan_currency as currency,
    currency as spend_currency,
    fx_rate,
    cast(limit_cents as bigint) as threshold_cents,
    cast(
        case
            when is_same_currency then rounded_to(spend_units, units_per_cent)
            else share_of(spend_micros, rate_e10, 100000000000000)
        end as bigint
    ) as spend_cents,
    cast(
        case
            when is_same_currency then rounded_to(projected_units, units_per_cent)
            else share_of(projected_micros, rate_e10, 100000000000000)
        end as bigint
    ) as projected_cents,
    cast(coalesce(spend_units >= limit_units, false) as boolean) as is_over,
    cast(coalesce(projected_units >= limit_units, false) as boolean)
        as is_projected_over,
    cast(limit_units as hugeint) as threshold_units,
    rate_card
from judged
