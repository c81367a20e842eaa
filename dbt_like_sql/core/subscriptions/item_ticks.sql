/*
The tick each open item belongs to: the first one at or after it became claimable.

grain: item_id

item_id: The item.
tenant_id: Who pays.
currency: Its currency.
is_before_start: Whether it is never claimed, because it arose too early.
amount_cents: Charge; negative = credit.
tick_at: The tick; null when the hour is not over.
*/
with moments as (
    select
        item_id,
        tenant_id,
        currency,
        is_before_start,
        amount_cents,
        claimable_at as moment_at,
        null as tick_at
    from core.subscription_items
    union all
    select
        null as item_id,
        tenant_id,
        null as currency,
        null as is_before_start,
        null as amount_cents,
        tick_at as moment_at,
        tick_at
    from core.claim_ticks
),

sought as (
    select
        item_id,
        tenant_id,
        currency,
        is_before_start,
        amount_cents,
        -- Peers count: an item and a tick of the same instant belong together.
        min(tick_at) over (
            partition by tenant_id
            order by moment_at
            range between current row and unbounded following
        ) as tick_at
    from moments
)

select
    item_id,
    tenant_id,
    currency,
    is_before_start,
    amount_cents,
    cast(tick_at as timestamp) as tick_at
from sought
where item_id is not null
