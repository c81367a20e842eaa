/*
What each install has used of each budget, in the period that is running now.

Imported counters are added here: the monthly ones only while the period they were
counted in is still running. Credits of a tier that nobody knows are held: they belong
to no budget until somebody names the tier.

grain: install_id
check: period_start < next_renewal_at

install_id: The install.
period_number: The running period; 0 while the anchor is still to come.
period_start: Its first instant.
next_renewal_at: First instant of the next one.
lifetime_used: Credits of the budget that never renews.
lifetime_gemini_used: Of them by gemini.
monthly_used: Credits of the running period.
monthly_gemini_used: Of them by gemini.
held: Credits spent under a tier that nobody knows.
held_gemini: Of them by gemini.
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
)

select
    running.install_id,
    running.period_number,
    running.period_start,
    cast(running.period_end as timestamp) as next_renewal_at,
    cast(coalesce(sum(counted.used) filter (where counted.budget = 'lifetime'), 0)
        as bigint) as lifetime_used,
    cast(coalesce(sum(counted.gemini_used)
        filter (where counted.budget = 'lifetime'), 0) as bigint)
        as lifetime_gemini_used,
    cast(coalesce(sum(counted.used) filter (
        where counted.budget = 'monthly'
            and counted.period_number = running.period_number
    ), 0) as bigint) as monthly_used,
    cast(coalesce(sum(counted.gemini_used) filter (
        where counted.budget = 'monthly'
            and counted.period_number = running.period_number
    ), 0) as bigint) as monthly_gemini_used,
    cast(coalesce(sum(counted.used) filter (where counted.budget = 'held'), 0)
        as bigint) as held,
    cast(coalesce(sum(counted.gemini_used)
        filter (where counted.budget = 'held'), 0) as bigint) as held_gemini
from running
left join counted on counted.install_id = running.install_id
group by
    running.install_id,
    running.period_number,
    running.period_start,
    running.period_end
