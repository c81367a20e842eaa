/*
Money of every currency can be shown in the report's: a rate of the last seven days.

on: marts.fx_rates
*/
with needed as (
    select currency from marts.cost_lines
    union
    select currency from staging.tenants
)

select
    needed.currency as base,
    clock.report_currency as quote,
    cast(clock.now_at as date) as day
from needed
cross join ref.clock as clock
left join marts.fx_rates as rates
    on rates.day = cast(clock.now_at as date)
    and rates.base = needed.currency
    and rates.quote = clock.report_currency
where needed.currency <> clock.report_currency and rates.rate is null
