/*
Where each month was heading at a point of it, by the balance known then.

Two points are looked at: the last balance of the month, and for the back-test the last
one no later in its month than the running month is now.

grain: month, provider_account, point

month: First day of the month, UTC.
provider_account: The account.
point: 'last', or 'backtest': as far into the month as the running month is now.
as_of: When the balance was taken.
month_to_date_micros: Usage of the month by then, in millionths.
projected_micros: That usage by the elapsed share of the month, in millionths.
*/
with taken as (
    select
        balances.month,
        balances.provider_account,
        balances.generated_at,
        balances.month_to_date_usage_micros as usage,
        balances.currency,
        cast(months.days as hugeint) * 86400 as month_seconds,
        cast(floor(epoch(balances.generated_at)) as hugeint)
        - cast(epoch(cast(balances.month as timestamp)) as hugeint) as seconds
    from core.balances as balances
    join ref.months as months on months.month = balances.month
),

-- How far the running month is: the last balance decides, not the clock.
running as (
    select
        taken.provider_account,
        max_by(taken.seconds, taken.generated_at) as seconds,
        max_by(taken.month_seconds, taken.generated_at) as month_seconds
    from taken
    cross join ref.clock as clock
    where taken.month = cast(date_trunc('month', clock.now_at) as date)
    group by taken.provider_account
),

points as (
    select taken.*, 'last' as point from taken
    union all
    select taken.*, 'backtest' as point
    from taken
    join running
        on running.provider_account = taken.provider_account
        and taken.seconds * running.month_seconds
        <= running.seconds * taken.month_seconds
)

select
    month,
    provider_account,
    point,
    generated_at as as_of,
    usage as month_to_date_micros,
    cast(case when seconds > 0 then sign(usage) * (
        (2 * abs(cast(usage as hugeint)) * month_seconds + seconds) // (2 * seconds)
    ) end as bigint) as projected_micros,
    currency
from points
qualify row_number() over (
    partition by month, provider_account, point order by generated_at desc
) = 1
