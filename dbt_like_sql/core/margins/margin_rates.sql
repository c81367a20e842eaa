/*
The one exchange rate of a month: from each currency into the report currency.

It is the last rate on or before the month's last day, or on or before the run's day
while the month runs. A currency without a rate has no row: nothing is ever converted at
an invented rate.

grain: month, currency
check: fx_rate > 0

month: First day of the month.
currency: Currency that is converted.
report_currency: Currency of margins.
fx_rate: Report units per unit.
fx_date: The day that rate was fixed.
*/
with wanted as (
    select month, currency from core.margin_amounts
    union
    -- What revenue is compared with, also before the first bill is there.
    select month, 'USD' as currency from core.margin_amounts where side = 'revenue'
),

days as (
    select
        wanted.month,
        wanted.currency,
        today.report_currency,
        least(
            cast(months.next_month - interval 1 day as date),
            today.day
        ) as day
    from wanted
    join ref.months as months on months.month = wanted.month
    cross join ref.today as today
)

select
    days.month,
    days.currency,
    days.report_currency,
    cast(
        case when days.currency = days.report_currency then 1 else rates.rate end
        as decimal(18, 10)
    ) as fx_rate,
    cast(
        case when days.currency = days.report_currency then days.day
            else rates.rate_date end as date
    ) as fx_date
from days
left join core.fx_daily as rates
    on rates.day = days.day
    and rates.base = days.currency
    and rates.quote = days.report_currency
where days.currency = days.report_currency or rates.rate is not null
