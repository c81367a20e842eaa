/*
At which tick the waiting items of each tick are claimed, and whether an invoice arises.

Over the ticks in order, an invoice arises exactly where the running sum reaches a new
maximum above zero; a sum that comes back to the last maximum settles what waits
without an invoice. A net credit waits and carries over.

grain: tenant_id, currency, is_before_start, tick_at
check: event_at is null or event_at >= tick_at

currency: Currency; sums never mix two.
is_before_start: Whether these are only shown.
tick_at: The tick.
event_at: The tick that claims its items; null while they wait.
is_invoice: Whether that tick makes an invoice; false settles at exactly zero.
*/
with ticks as (
    select
        tenant_id,
        currency,
        is_before_start,
        tick_at,
        sum(amount_cents) as tick_cents
    from core.item_ticks
    where tick_at is not null
    group by tenant_id, currency, is_before_start, tick_at
),

running as (
    select
        ticks.*,
        sum(tick_cents) over (
            partition by tenant_id, currency, is_before_start order by tick_at
        ) as running_cents
    from ticks
),

highs as (
    select
        running.*,
        greatest(coalesce(max(running_cents) over (
            partition by tenant_id, currency, is_before_start
            order by tick_at
            rows between unbounded preceding and 1 preceding
        ), 0), 0) as high_cents
    from running
),

events as (
    select
        highs.*,
        min(case when running_cents >= high_cents then tick_at end) over (
            partition by tenant_id, currency, is_before_start
            order by tick_at
            rows between current row and unbounded following
        ) as event_at
    from highs
)

select
    waiting.tenant_id,
    waiting.currency,
    waiting.is_before_start,
    waiting.tick_at,
    cast(waiting.event_at as timestamp) as event_at,
    cast(coalesce(claiming.running_cents > claiming.high_cents, false) as boolean)
        as is_invoice
from events as waiting
left join events as claiming
    on
        waiting.tenant_id = claiming.tenant_id
        and waiting.currency = claiming.currency
        and waiting.is_before_start = claiming.is_before_start
        and waiting.event_at = claiming.tick_at
