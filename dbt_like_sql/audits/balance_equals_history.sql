/*
What the provider says was owed is what its history of invoices and payments sums to.

on: marts.balances
warn: yes
*/
with latest as (
    select
        balances.*,
        row_number() over (
            partition by balances.provider_account order by balances.generated_at desc
        ) as recency
    from marts.balances as balances
),

history as (
    select
        split_part(entries.account, ':', 2) as provider_account,
        entries.occurred_at,
        entries.amount_micros
    from staging.billing_history as entries
    left join ref.history_types as types on types.type = entries.entry_type
    where coalesce(types.affects_balance, true)
)

select
    latest.provider_account,
    latest.generated_at,
    latest.account_balance_micros,
    sum(history.amount_micros) as history_micros
from latest
join history
    on history.provider_account = latest.provider_account
    and history.occurred_at <= latest.generated_at
where latest.recency = 1
group by latest.provider_account, latest.generated_at, latest.account_balance_micros
having sum(history.amount_micros) <> latest.account_balance_micros
