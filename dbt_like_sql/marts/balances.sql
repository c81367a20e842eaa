/*
What the provider said is owed, each of its own instants once.

A month's usage starts again at zero: the first snapshot of a month is measured from
nothing and not from the last of the month before, which would be negative spend.

subject: costs
grain: provider_account, generated_at

provider: The provider.
provider_account: Its account.
generated_at: The provider's own time.
month: The month that ran.
month_to_date_usage_micros: Usage of the month so far, in millionths.
month_to_date_balance_micros: Usage and what was owed before, in millionths.
account_balance_micros: What was owed before this month, in millionths.
usage_change_micros: Usage since the snapshot before, within the month, in millionths.
currency: Currency of the account.
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
