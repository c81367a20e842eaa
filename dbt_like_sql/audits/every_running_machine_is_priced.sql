/*
Every second in which a hosted machine cost money has a price.

A card whose unit of time is not in ref.rate_units, or an empty card, would make its
machines free, and a cost that is not seen is never told.

on: core.hosted_spend
*/
with running as (
    select
        deployment_id,
        sum(date_diff('second', start_at, end_at)) as seconds
    from core.hosted_intervals
    where is_accruing
    group by deployment_id
),

priced as (
    select deployment_id, sum(seconds) as seconds
    from core.hosted_spend
    where unit_rate is not null
    group by deployment_id
)

select running.deployment_id, running.seconds, priced.seconds as priced_seconds
from running
left join priced using (deployment_id)
where running.seconds <> coalesce(priced.seconds, 0)
