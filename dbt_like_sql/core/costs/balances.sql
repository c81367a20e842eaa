/*
What the provider said is owed, each of its own instants once.

A month's usage starts again at zero: the first snapshot of a month is measured from
nothing and not from the last of the month before, which would be negative spend.

grain: provider_account, generated_at

provider: The provider.
provider_account: Its account.
month: The month that ran.
month_to_date_usage_micros: Usage of the month so far, in millionths.
month_to_date_balance_micros: Usage and what was owed before, in millionths.
account_balance_micros: What was owed before this month, in millionths.
usage_change_micros: Usage since the snapshot before, within the month, in millionths.
currency: Currency of the account.
*/
with snapshots as (
    select *, cast(date_trunc('month', generated_at) as date) as month
    from staging.balances
)

select
    cast(split_part(account, ':', 1) as varchar) as provider,
    cast(split_part(account, ':', 2) as varchar) as provider_account,
    generated_at,
    month,
    month_to_date_usage_micros,
    month_to_date_balance_micros,
    account_balance_micros,
    cast(month_to_date_usage_micros - coalesce(lag(month_to_date_usage_micros) over (
        partition by account, month order by generated_at
    ), 0) as bigint) as usage_change_micros,
    'USD' as currency
from snapshots
