/*
Credits spent by each install, by period, calendar month, tier and backend.

The only sum over the events: balances, costs and revenue are read from here. The
period of an instant is arithmetic, so nothing is stored that a quiet install could
miss, and past periods stay. What the old ledger had counted is left out.

grain: install_id, period_number, month, tier, backend
check: credits > 0
check: budget in ('lifetime', 'monthly', 'held')
warn: budget <> 'held'

install_id: The install.
period_number: Period of the install, as in `core.periods`; 0 for what came before.
month: First day of the calendar month, UTC, in which they were spent.
budget: 'lifetime' or 'monthly' as the tier has it; 'held' = nobody knows the tier.
credits: How many.
last_at: The last of them.
*/
with counted as (
    select
        events.install_id,
        events.tier,
        events.backend,
        events.occurred_at,
        anchors.anchor_at,
        12 * (year(events.occurred_at) - year(anchors.anchor_at))
        + month(events.occurred_at) - month(anchors.anchor_at) as months
    from staging.credit_events as events
    join core.credit_anchors as anchors on anchors.install_id = events.install_id
    where anchors.imported_until is null
        or events.occurred_at > anchors.imported_until
),

placed as (
    select
        install_id,
        tier,
        backend,
        occurred_at,
        date_trunc('month', occurred_at) as month_at,
        -- Clamped boundaries are computed from the anchor, never from each other.
        greatest(
            months - case
                when occurred_at < anchor_at + to_months(cast(months as integer)) then 1
                else 0
            end,
            0
        ) as period_number
    from counted
),

summed as (
    select
        install_id,
        period_number,
        month_at,
        tier,
        backend,
        count(*) as credits,
        max(occurred_at) as last_at
    from placed
    group by install_id, period_number, month_at, tier, backend
)

select
    summed.install_id,
    cast(summed.period_number as bigint) as period_number,
    cast(summed.month_at as date) as month,
    summed.tier,
    summed.backend,
    cast(coalesce(tiers.capped, 'held') as varchar) as budget,
    cast(summed.credits as bigint) as credits,
    summed.last_at
from summed
left join core.credit_tiers as tiers on tiers.tier = summed.tier
