/*
What paid tiers earn: one price for each install and period in which one was presented.

A period is charged once, at the dearest tier presented in it, so that changing tiers
inside a period neither doubles a price nor avoids it. A tier counts as presented by a
credit, or by the platform's table of installs from the day it changed until now, while
nothing later contradicts it. Revenue belongs to the month the period starts in.

grain: deployment_id, period_number
check: amount_cents > 0

month: First day of the month the period starts in, UTC.
tenant_id: Who pays for the install, or 'unattributed'.
deployment_id: The install.
period_number: Its period, as in `core.periods`.
service_start: First instant of the period.
service_end: First instant after it.
tier: The tier that is charged.
amount_cents: Its price when the period started.
currency: Currency of the price.
*/
with prices as (
    select
        tier,
        price_cents,
        currency,
        effective_from,
        lead(effective_from) over (partition by tier order by effective_from)
            as effective_to
    from ref.credit_tier_prices
),

begun as (
    select
        periods.owner_id as install_id,
        periods.period_number,
        periods.period_start,
        periods.period_end
    from core.periods as periods
    cross join ref.clock as clock
    where periods.owner_kind = 'install' and periods.period_start <= clock.now_at
),

shown as (
    select install_id, period_number, tier
    from core.credit_usage
    union
    select begun.install_id, begun.period_number, presented.tier
    from begun
    join core.credit_presented as presented
        on presented.install_id = begun.install_id
    where presented.registered_at < begun.period_end
),

priced as (
    select
        begun.*,
        prices.tier,
        prices.price_cents,
        prices.currency,
        row_number() over (
            partition by begun.install_id, begun.period_number
            order by prices.price_cents desc, prices.tier
        ) as position_number
    from begun
    join shown
        on shown.install_id = begun.install_id
        and shown.period_number = begun.period_number
    join prices
        on prices.tier = shown.tier
        and prices.effective_from <= begun.period_start
        and (
            prices.effective_to is null or begun.period_start < prices.effective_to
        )
)

select
    cast(date_trunc('month', priced.period_start) as date) as month,
    presented.tenant_id,
    priced.install_id as deployment_id,
    priced.period_number,
    cast(priced.period_start as timestamp) as service_start,
    cast(priced.period_end as timestamp) as service_end,
    priced.tier,
    priced.price_cents as amount_cents,
    priced.currency
from priced
join core.credit_presented as presented
    on presented.install_id = priced.install_id
where priced.position_number = 1 and priced.price_cents > 0
