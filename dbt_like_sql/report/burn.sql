/*
Where the month is heading, without tax, if it goes on as it went so far.
Earlier months show what the same guess said as far into them, and how far
off the invoice it was.

title: Burn and projection
nothing: No balance of the provider has been seen yet.
*/
select
    burn.month,
    provider_account as account,
    coalesce(backtest_as_of, as_of) as guessed_at,
    if(burn.month = running_month, month_to_date_micros, null) as so_far_micros,
    coalesce(backtest_projected_micros, projected_micros) as guess_micros,
    invoiced_micros,
    error_pct as off_by_pct,
    currency
from marts.monthly_burn as burn
join shown
    on burn.month between running_month - interval 5 month and running_month
order by burn.month desc, account
