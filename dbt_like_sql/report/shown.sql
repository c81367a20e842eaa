/*
The month the report is about, the one before it, and the one that runs.

It is the last month that is final in all its cells, else the newest. The other queries
of this folder read the answer as the table `shown`.
*/
with months as (
    select month, bool_and(state = 'final') as is_final
    from marts.cost_vs_revenue
    where month <= cast($now as date)
    group by month
),

chosen as (
    select
        coalesce(max(month) filter (where is_final), max(month)) as month,
        max(month) as running_month
    from months
)

select
    month,
    cast(month - interval 1 month as date) as month_before,
    running_month
from chosen
