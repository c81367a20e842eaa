/*
Billing periods that begin on an anniversary, for everything that has them.

A boundary is the anchor itself plus k calendar months, clamped to the month's last day
and never computed from a clamped boundary: 31 January, 28 February, 31 March. A period
ends where the next one starts. Periods reach one past the run's now.

A tenant's are counted from its first billable activity, of a free plan too. Anchors are
derived and never stored, so a log read afresh gives the same periods.

grain: owner_kind, owner_id, period_number
keyed: tenant_id
keyless: core.credit_anchors
check: period_start < period_end

owner_kind: 'tenant' for subscriptions, 'install' for credits.
owner_id: The tenant or the install.
tenant_id: The tenant; null for an install.
period_number: 0 for the period that begins at the anchor.
period_start: First instant.
period_end: First instant after it, which is the start of the next.
*/
with anchors as (
    select
        'tenant' as owner_kind,
        tenant_id as owner_id,
        tenant_id,
        min(created_at) as anchor_at
    from core.activity_states
    group by tenant_id
    union all
    select 'install' as owner_kind, install_id as owner_id, null, anchor_at
    from core.credit_anchors
),

months as (
    select
        anchors.*,
        clock.now_at,
        greatest(
            12 * (year(clock.now_at) - year(anchors.anchor_at))
            + month(clock.now_at) - month(anchors.anchor_at),
            0
        ) as number
    from anchors
    cross join ref.clock as clock
),

reach as (
    select
        months.*,
        number + case
            when anchor_at + to_months(cast(number as integer)) <= now_at then 1
            else 0
        end as last_number
    from months
)

select
    reach.owner_kind,
    reach.owner_id,
    cast(reach.tenant_id as varchar) as tenant_id,
    numbers.number as period_number,
    cast(reach.anchor_at + to_months(cast(numbers.number as integer)) as timestamp)
        as period_start,
    cast(reach.anchor_at + to_months(cast(numbers.number + 1 as integer)) as timestamp)
        as period_end
from reach
join ref.numbers as numbers on numbers.number <= reach.last_number
