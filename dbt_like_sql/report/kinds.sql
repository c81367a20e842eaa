/*
What the provider was paid for, beside the month before.

title: Cost by kind
nothing: The provider charged nothing in this month.
drawn: cost_cents
*/
with kinds as (
    select
        kind,
        currency,
        coalesce(
            sum(cost_cents) filter (where margins.month = shown.month), 0
        ) as now_cents,
        coalesce(
            sum(cost_cents) filter (where margins.month = shown.month_before), 0
        ) as before_cents
    from marts.cost_vs_revenue as margins
    join shown on margins.month in (shown.month, shown.month_before)
    group by kind, currency
)

select
    kind,
    now_cents as cost_cents,
    before_cents as month_before_cents,
    now_cents - before_cents as change_cents,
    currency
from kinds
where now_cents <> 0 or before_cents <> 0
order by cost_cents desc, kind
