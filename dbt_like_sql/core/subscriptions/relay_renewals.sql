/*
Each period boundary that a relay with a plan passed while active, and its price then.

A relay renews if it was active just before the boundary; what happens at the boundary
itself belongs to the new period. Every boundary passed is here, however long nobody
looked. A boundary without a known price is kept, for operators to see.

grain: tenant_id, resource_id, boundary_at
keyed: tenant_id

tenant_id: Who pays.
boundary_at: Start of the renewed period.
period_end: End of it.
plan_code: The plan just before the boundary.
price_cents: Its price at the boundary; null = unknown, 0 = free.
currency: Currency of the price.
*/
select
    states.tenant_id,
    states.resource_id,
    cast(periods.period_start as timestamp) as boundary_at,
    cast(periods.period_end as timestamp) as period_end,
    states.plan_after as plan_code,
    prices.base_price_cents as price_cents,
    prices.currency
from core.activity_states as states
cross join ref.clock as clock
join core.periods as periods
    on
        states.tenant_id = periods.owner_id
        and periods.owner_kind = 'tenant'
        and periods.period_start > states.created_at
        and periods.period_start <= coalesce(states.next_at, clock.now_at)
left join core.plan_prices as prices
    on
        states.plan_after = prices.plan_code
        and periods.period_start >= prices.valid_from
        and periods.period_start < prices.valid_to
where states.is_active_after and states.plan_after <> ''
