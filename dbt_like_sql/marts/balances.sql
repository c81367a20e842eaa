/*
What the provider said is owed, each of its own instants once.

A month's usage starts again at zero: the first snapshot of a month is measured from
nothing and not from the last of the month before, which would be negative spend.

grain: provider_account, generated_at
*/
select
    provider,
    provider_account,
    generated_at,
    month,
    month_to_date_usage_micros,
    month_to_date_balance_micros,
    account_balance_micros,
    usage_change_micros,
    currency
from core.balances
