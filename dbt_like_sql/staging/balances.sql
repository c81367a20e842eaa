/*
What the provider says is owed: each of its own instants once, in its newest words.

grain: account, generated_at
*/
with answers as (
    select
        balances.*,
        row_number() over (
            partition by balances.account, balances.generated_at
            order by receipts.received_at desc, balances.source_file
        ) as recency
    from raw.balances as balances
    join staging.receipts as receipts
        on receipts.kind = 'balance'
        and receipts.account = balances.account
        and receipts.sha256 = balances.source_file
    where receipts.verdict = 'accepted'
)

select
    account,
    generated_at,
    month_to_date_usage_micros,
    month_to_date_balance_micros,
    account_balance_micros,
    source_file,
    source_row
from answers
where recency = 1
