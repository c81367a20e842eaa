/*
Billing periods that begin on an anniversary, for everything that has them.

A boundary is the anchor itself plus k calendar months, clamped to the month's last day
and never computed from a clamped boundary: 31 January, 28 February, 31 March. A period
ends where the next one starts. Periods reach one past the run's now.

subject: periods
grain: owner_kind, owner_id, period_number
check: period_start < period_end

owner_kind: 'tenant' for subscriptions, 'install' for credits.
owner_id: The tenant or the install.
period_number: 0 for the period that begins at the anchor.
period_start: First instant.
period_end: First instant after it, which is the start of the next.
*/
with anchors as (
    select 'tenant' as owner_kind, tenant_id as owner_id, anchor_at
    from core.subscription_anchors
    union all
    select 'install' as owner_kind, install_id as owner_id, anchor_at
    from core.credit_anchors
),

reach as (
    select
        anchors.owner_kind,
        anchors.owner_id,
        anchors.anchor_at,
        greatest(
            12 * (year(clock.now_at) - year(anchors.anchor_at))
            + month(clock.now_at) - month(anchors.anchor_at),
            0
        ) + 1 as last_number
    from anchors
    cross join ref.clock as clock
)

select
    reach.owner_kind,
    reach.owner_id,
    numbers.number as period_number,
    cast(reach.anchor_at + to_months(cast(numbers.number as integer)) as timestamp)
        as period_start,
    cast(reach.anchor_at + to_months(cast(numbers.number + 1 as integer)) as timestamp)
        as period_end
from reach
join ref.numbers as numbers on numbers.number <= reach.last_number
