/*
What the provider says is owed, as often as it was asked.

grain: account, source_file
*/
select
    account,
    generated_at,
    month_to_date_usage_micros,
    month_to_date_balance_micros,
    account_balance_micros,
    source_file,
    source_row
from raw.balances
