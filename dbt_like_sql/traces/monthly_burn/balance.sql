/*
Month to date: the provider's balance it was read from.

unit: millionths of USD
number: select sum(month_to_date_micros) from asked
total: select sum(month_to_date_usage_micros) from balance
*/
select balances.*
from marts.balances as balances
join asked
    on balances.provider_account = asked.provider_account
    and balances.generated_at = asked.as_of
