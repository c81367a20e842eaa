/*
The instant at which each month's spend reached its threshold, to the second.

The spend of a tenant is a line that bends whenever a machine starts or stops; the
instant is found on the line, not at the next scan, so it does not matter when anybody
looks. An invoice has no course: it reaches the threshold when its month is over.

grain: tenant_id, metric, period_start, threshold_pct
check: crossed_at > period_start

crossed_at: First whole second at which the spend was at the threshold or above.
*/
with estimated as (
    select tenant_id, metric, period_start, threshold_pct, threshold_units
    from core.spend_thresholds
    where is_over and metric = 'fly_compute_spend'
),

pieces as (
    -- Few tenants are over; only their machines are sorted by time.
    select spend.tenant_id, spend.period_start, spend.start_at, spend.end_at,
        spend.unit_rate
    from core.hosted_spend as spend
    semi join estimated
        on spend.tenant_id = estimated.tenant_id
        and spend.period_start = estimated.period_start
),

edges as (
    select
        tenant_id,
        period_start,
        date_diff('second', cast(period_start as timestamp), start_at) as at_second,
        unit_rate as change
    from pieces
    union all
    select
        tenant_id,
        period_start,
        date_diff('second', cast(period_start as timestamp), end_at) as at_second,
        -unit_rate as change
    from pieces
),

bends as (
    select tenant_id, period_start, at_second, sum(change) as change
    from edges
    group by tenant_id, period_start, at_second
),

lines as (
    -- From each bend to the next, the spend at second t is slope * t - behind.
    select
        tenant_id,
        period_start,
        at_second,
        lead(at_second) over course as next_second,
        sum(change) over course as slope,
        sum(change * at_second) over course as behind
    from bends
    window course as (partition by tenant_id, period_start order by at_second)
),

reached as (
    select
        estimated.tenant_id,
        estimated.metric,
        estimated.period_start,
        estimated.threshold_pct,
        estimated.threshold_units + lines.behind as wanted,
        lines.slope,
        rounded_to(estimated.threshold_units + lines.behind, lines.slope) as nearest
    from estimated
    join lines using (tenant_id, period_start)
    where lines.slope * lines.next_second - lines.behind >= estimated.threshold_units
        and lines.slope * lines.at_second - lines.behind < estimated.threshold_units
)

select
    tenant_id,
    metric,
    period_start,
    threshold_pct,
    -- The nearest second may be too early by half a one; the spend is below it then.
    cast(
        cast(period_start as timestamp) + to_seconds(
            cast(nearest + case when nearest * slope < wanted then 1 else 0 end as bigint)
        ) as timestamp
    ) as crossed_at
from reached
union all
select
    spend.tenant_id,
    spend.metric,
    spend.period_start,
    spend.threshold_pct,
    cast(months.next_month as timestamp) as crossed_at
from core.spend_thresholds as spend
join ref.months as months on spend.period_start = months.month
where spend.is_over and spend.metric = 'invoiced_cost'
