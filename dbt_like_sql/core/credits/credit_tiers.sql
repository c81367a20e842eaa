/*
Which budget a tier spends from, and how much there is of it.

A tier with a lifetime quota spends from a budget that never renews, whatever its name;
every other tier is a paid one and spends from the budget of the period. Booking and
planning both read it here: where they disagree, a tier never runs out.

grain: tier

capped: 'lifetime' or 'monthly': the budget its credits come from.
quota: Credits in the budget; null = no end.
gemini_cap: How many of them gemini may answer; null = all.
*/
select
    tier,
    cast(case when lifetime is null then 'monthly' else 'lifetime' end as varchar)
        as capped,
    cast(coalesce(lifetime, monthly) as bigint) as quota,
    cast(
        case when lifetime is null then gemini_cap_monthly else gemini_cap_lifetime end
        as bigint
    ) as gemini_cap
from staging.credit_quotas
