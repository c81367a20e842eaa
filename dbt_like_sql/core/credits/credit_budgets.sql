/*
The budget each install spends from as of now: how much there is and how much is gone.

Held credits count against a lifetime budget: an invented tier is planned with the quota
of 'core' and never yields more than 'core' has left. Without any quota there is nothing
to spend.

grain: install_id

is_known_tier: Whether that tier has a quota of its own.
capped: 'lifetime' or 'monthly'.
quota: Credits in the budget; null = no end.
gemini_cap: How many of them gemini may answer; null = all.
used: Credits booked.
gemini_used: Of them by gemini.
room: Quota without booked and held credits, below zero if overdrawn; null = no end.
gemini_room: The same for the cap on gemini; null = no cap.
*/
with quotas as (
    select
        presented.install_id,
        presented.tier,
        tiers.tier is not null as is_known_tier,
        coalesce(tiers.capped, core_tier.capped, 'lifetime') as capped,
        case
            when tiers.tier is not null then tiers.quota
            when core_tier.tier is not null then core_tier.quota
            else 0
        end as quota,
        case
            when tiers.tier is not null then tiers.gemini_cap
            else core_tier.gemini_cap
        end as gemini_cap
    from core.credit_presented as presented
    left join core.credit_tiers as tiers on tiers.tier = presented.tier
    left join core.credit_tiers as core_tier on core_tier.tier = 'core'
),

spent as (
    select
        install_id,
        'lifetime' as capped,
        lifetime_used as used,
        lifetime_gemini_used as gemini_used,
        held,
        held_gemini
    from core.credit_positions
    union all
    select
        install_id,
        'monthly' as capped,
        monthly_used as used,
        monthly_gemini_used as gemini_used,
        0 as held,
        0 as held_gemini
    from core.credit_positions
)

select
    quotas.install_id,
    quotas.tier,
    quotas.is_known_tier,
    cast(quotas.capped as varchar) as capped,
    cast(quotas.quota as bigint) as quota,
    cast(quotas.gemini_cap as bigint) as gemini_cap,
    cast(spent.used as bigint) as used,
    cast(spent.gemini_used as bigint) as gemini_used,
    cast(quotas.quota - spent.used - spent.held as bigint) as room,
    cast(quotas.gemini_cap - spent.gemini_used - spent.held_gemini as bigint)
        as gemini_room
from quotas
join spent on spent.install_id = quotas.install_id and spent.capped = quotas.capped
