/*
Revenue, cost and margin of the last twelve months, in each currency.
*/
select
    margins.month,
    currency,
    sum(revenue_cents) as revenue_cents,
    sum(cost_cents) as cost_cents,
    sum(margin_cents) as margin_cents,
    percent_of(sum(margin_cents), sum(revenue_cents)) as margin_pct,
    case when bool_and(state = 'final') then 'final' else 'provisional' end as state,
    cast(count(*) filter (where margin_cents is null) as bigint) as unconverted
from marts.cost_vs_revenue as margins
join shown
    on margins.month between running_month - interval 11 month and running_month
group by margins.month, currency
having sum(cost_cents) is not null or sum(revenue_cents) <> 0
order by margins.month, currency
