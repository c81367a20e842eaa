/*
Every day that is over is metered; days without any row are listed as ranges.

Metering runs at 01:10, so a day is given two hours after its end. Until it is metered,
the invoices of its month are held.

on: core.unmetered_days
blocks: no
*/
with missing as (
    select
        unmetered.day,
        unmetered.expected_rows,
        cast(
            unmetered.day - cast(row_number() over (order by unmetered.day) as integer)
            as date
        ) as range_id
    from core.unmetered_days as unmetered
    join ref.clock as clock
        on unmetered.day < cast(clock.now_at - interval 2 hour as date)
    where unmetered.metered_rows = 0
)

select
    min(day) as first_day,
    max(day) as last_day,
    count(*) as days,
    sum(expected_rows) as missing_rows
from missing
group by range_id
order by first_day
