/*
The budget each install spends from as of now: how much there is and how much is gone.

Imported counters are added here: the monthly ones only while the period they were
counted in is still running. Credits of a tier that nobody knows are held: they belong
to no budget until somebody names the tier, and count against a lifetime budget until
then, so that an invented tier is planned with the quota of 'core' and never yields more
than 'core' has left. Without any quota there is nothing to spend.

grain: install_id
check: period_start < next_renewal_at

install_id: The install.
is_known_tier: Whether that tier has a quota of its own.
period_number: The running period; 0 while the anchor is still to come.
period_start: Its first instant.
next_renewal_at: First instant of the next one.
capped: 'lifetime' or 'monthly'.
quota: Credits in the budget; null = no end.
gemini_cap: How many of them gemini may answer; null = all.
used: Credits booked.
gemini_used: Of them by gemini.
room: Quota without booked and held credits, below zero if overdrawn; null = no end.
gemini_room: The same for the cap on gemini; null = no cap.
lifetime_used: Credits of the budget that never renews.
monthly_used: Credits of the running period.
held: Credits spent under a tier that nobody knows.
*/
with running as (
    select
        periods.owner_id as install_id,
        periods.period_number,
        periods.period_start,
        periods.period_end
    from core.periods as periods
    cross join ref.clock as clock
    where periods.owner_kind = 'install'
        and clock.now_at < periods.period_end
        and (periods.period_start <= clock.now_at or periods.period_number = 0)
),

counted as (
    select
        install_id,
        period_number,
        budget,
        sum(credits) as used,
        sum(credits) filter (where backend = 'gemini') as gemini_used
    from core.credit_usage
    group by install_id, period_number, budget
    union all
    select install_id, 0, 'lifetime', lifetime_used, lifetime_gemini_used
    from core.credit_imports
    union all
    select
        imports.install_id,
        running.period_number,
        'monthly',
        imports.monthly_used,
        imports.monthly_gemini_used
    from core.credit_imports as imports
    join running on running.install_id = imports.install_id
    where running.period_number = 0
        or coalesce(imports.renewal_at, imports.imported_until, running.period_start)
        >= running.period_start
),

spent as (
    select
        running.install_id,
        running.period_number,
        running.period_start,
        running.period_end,
        sum(used) filter (where budget = 'lifetime') as lifetime_used,
        sum(gemini_used) filter (where budget = 'lifetime') as lifetime_gemini_used,
        sum(used) filter (
            where budget = 'monthly' and counted.period_number = running.period_number
        ) as monthly_used,
        sum(gemini_used) filter (
            where budget = 'monthly' and counted.period_number = running.period_number
        ) as monthly_gemini_used,
        sum(used) filter (where budget = 'held') as held,
        sum(gemini_used) filter (where budget = 'held') as held_gemini
    from running
    left join counted on counted.install_id = running.install_id
    group by
        running.install_id,
        running.period_number,
        running.period_start,
        running.period_end
),

budgets as (
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

drawn as (
    select
        budgets.*,
        spent.period_number,
        spent.period_start,
        spent.period_end,
        coalesce(spent.lifetime_used, 0) as lifetime_used,
        coalesce(spent.monthly_used, 0) as monthly_used,
        coalesce(spent.held, 0) as held,
        coalesce(
            case when capped = 'monthly' then monthly_used else lifetime_used end, 0
        ) as used,
        coalesce(
            case
                when capped = 'monthly' then monthly_gemini_used
                else lifetime_gemini_used
            end,
            0
        ) as gemini_used,
        coalesce(case when capped = 'lifetime' then held end, 0) as set_aside,
        coalesce(case when capped = 'lifetime' then held_gemini end, 0)
            as gemini_set_aside
    from budgets
    join spent on spent.install_id = budgets.install_id
)

select
    install_id,
    tier,
    is_known_tier,
    period_number,
    period_start,
    cast(period_end as timestamp) as next_renewal_at,
    cast(capped as varchar) as capped,
    cast(quota as bigint) as quota,
    cast(gemini_cap as bigint) as gemini_cap,
    cast(used as bigint) as used,
    cast(gemini_used as bigint) as gemini_used,
    cast(quota - used - set_aside as bigint) as room,
    cast(gemini_cap - gemini_used - gemini_set_aside as bigint) as gemini_room,
    cast(lifetime_used as bigint) as lifetime_used,
    cast(monthly_used as bigint) as monthly_used,
    cast(held as bigint) as held
from drawn
