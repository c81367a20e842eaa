/*
Spend of each month beside the threshold that its tenant's plan sets.

Reaching the threshold counts (>=), and is judged unrounded in the spend's own currency;
without a recent exchange rate nothing is judged, and core.spend_findings says so. What
is shown is rounded once: from the exact sum when no exchange is needed, otherwise from
millionths of the spend's currency, as provider cost is everywhere.

grain: period_start, tenant_id, metric, threshold_pct
check: threshold_cents > 0

tenant_id: Whose spend.
metric: How the spend is known.
currency: Currency of plan and threshold; all cents are in it.
spend_cents: Spend so far; null without a rate.
projected_cents: Spend of the whole month, foreseen; null without a rate.
is_over: Whether the spend reached the threshold.
is_projected_over: Whether it will, if what runs now goes on.
threshold_units: The threshold in the units of core.tenant_spend.
rate_card: Where the prices came from.
*/
with judged as (
    select
        limits.*,
        spend.spend_units,
        spend.projected_units,
        spend.rate_card,
        limits.spend_currency = limits.currency as is_same_currency,
        cast(36288000 as hugeint) * 1000000000000 as units_per_cent,
        cast(36288000 as hugeint) * 100000000 as units_per_micro
    from core.spend_limits as limits
    join core.tenant_spend as spend
        on limits.tenant_id = spend.tenant_id
        and limits.metric = spend.metric
        and limits.period_start = spend.period_start
        and limits.spend_currency = spend.currency
),

in_micros as (
    select
        judged.*,
        sign(spend_units) * ((2 * abs(cast(spend_units as hugeint)) + units_per_micro)
            // (2 * units_per_micro)) as spend_micros,
        sign(projected_units) * ((2 * abs(cast(projected_units as hugeint))
            + units_per_micro) // (2 * units_per_micro)) as projected_micros
    from judged
)

select
    period_start,
    tenant_id,
    metric,
    threshold_pct,
    audience,
    plan_code,
    plan_price_cents,
    currency,
    spend_currency,
    fx_rate,
    threshold_cents,
    cast(
        case
            when is_same_currency then sign(spend_units) * (
                (2 * abs(cast(spend_units as hugeint)) + units_per_cent)
                // (2 * units_per_cent)
            )
            else sign(spend_micros) * (
                (2 * abs(cast(spend_micros as hugeint)) * rate_e10 + 100000000000000)
                // (2 * 100000000000000)
            )
        end as bigint
    ) as spend_cents,
    cast(
        case
            when is_same_currency then sign(projected_units) * (
                (2 * abs(cast(projected_units as hugeint)) + units_per_cent)
                // (2 * units_per_cent)
            )
            else sign(projected_micros) * (
                (2 * abs(cast(projected_micros as hugeint)) * rate_e10
                    + 100000000000000) // (2 * 100000000000000)
            )
        end as bigint
    ) as projected_cents,
    cast(coalesce(spend_units >= threshold_units, false) as boolean) as is_over,
    cast(coalesce(projected_units >= threshold_units, false) as boolean)
        as is_projected_over,
    threshold_units,
    rate_card
from in_micros
