/*
Pending receipts of a kind, those in a row with the same content as one run: a year
without a change is one.
*/
with marked as (
    select
        received_at,
        sha256,
        suffix,
        case
            when sha256 is distinct from lag(sha256) over (order by received_at) then 1
            else 0
        end as is_new
    from raw.receipts
    where account = ? and kind = ? and subject = '' and verdict = 'pending'
),

numbered as (
    select *, sum(is_new) over (order by received_at) as number
    from marked
)

select
    min(received_at) as first_at,
    max(received_at) as last_at,
    sha256,
    any_value(suffix) as suffix
from numbered
group by number, sha256
order by number
