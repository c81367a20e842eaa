/*
What the old credit ledger knew of each install, in the shape of today.

The old ledger kept counters and the start of the running period, in two shapes: newer
rows say an instant and the day of the month periods start on, older rows a calendar
month. The anchor is the instant from which counting calendar months gives the same
periods: a period that starts on 28 February for day 31 is anchored on 31 January. A
row last used after the run's now is not known yet.

grain: install_id

tier: The tier last seen.
has_paid: Whether it had been on a paid tier, so that its periods are settled.
renewal_at: Start of the period the monthly counters belong to; null = not said.
anchor_at: The anchor of its periods; null = nothing is known.
is_doubtful: Whether it says no period, or names a day of the month no month has.
imported_until: Its last use: every event up to then is in the counters already.
known_at: The earliest instant at which the row can have been written.
lifetime_used: Credits used from the lifetime budget.
lifetime_gemini_used: Of them by gemini.
monthly_used: Credits used in the period of `renewal_at`.
monthly_gemini_used: Of them by gemini.
*/
with renewals as (
    select
        *,
        coalesce(
            last_renewal_at,
            case
                when regexp_matches(month, '^20[0-9]{2}-(0[1-9]|1[0-2])$')
                    then try_cast(concat(month, '-01') as timestamp)
            end
        ) as renewal_at
    from staging.credit_ledger_import
),

days as (
    select
        *,
        renewal_at is null or coalesce(anniversary_day not between 1 and 31, false)
            as is_doubtful,
        case
            when anniversary_day between 1 and 31 then anniversary_day
            else day(renewal_at)
        end as first_day,
        -- The same time of day on the first of the month.
        renewal_at - to_days(cast(day(renewal_at) - 1 as integer)) as month_at
    from renewals
)

select
    days.install_id,
    cast(coalesce(days.tier_snapshot, 'core') as varchar) as tier,
    coalesce(tiers.capped = 'monthly', false) or coalesce(days.monthly_consumed, 0) > 0
        as has_paid,
    days.renewal_at,
    cast(
        case
            when days.first_day <= day(last_day(days.renewal_at)) then days.month_at
            -- A month before a short one has 31 days.
            else days.month_at - to_months(1)
        end + to_days(cast(days.first_day - 1 as integer))
        as timestamp
    ) as anchor_at,
    days.is_doubtful,
    cast(days.last_active_at as timestamp) as imported_until,
    cast(coalesce(days.last_active_at, days.renewal_at) as timestamp) as known_at,
    cast(coalesce(days.lifetime_consumed, 0) as bigint) as lifetime_used,
    cast(coalesce(days.lifetime_gemini_consumed, 0) as bigint) as lifetime_gemini_used,
    cast(coalesce(days.monthly_consumed, 0) as bigint) as monthly_used,
    cast(coalesce(days.monthly_gemini_consumed, 0) as bigint) as monthly_gemini_used
from days
cross join ref.clock as clock
left join core.credit_tiers as tiers on tiers.tier = days.tier_snapshot
where coalesce(days.last_active_at, days.renewal_at, clock.now_at) <= clock.now_at
