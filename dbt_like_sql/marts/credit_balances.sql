/*
What each install may still spend as of now, and which backend would answer next.

Planned with the tier presented, not with the one seen at the last credit. An overdraft
is shown and not undone: the credit was answered and paid for.

grain: install_id
check: remaining >= 0
check: gemini_remaining >= 0
check: (planned_backend is null) = (reason is not null)
check: overdraft >= 0
warn: is_known_tier
warn: not is_overdrawn

period_start: First instant of the running period.
used: Credits booked against the quota: for ever, or in the running period.
remaining: What is left of the quota; null = unlimited.
capped: 'lifetime' or 'monthly': which of the two the quota is.
gemini_used: Credits of `used` that gemini answered.
gemini_remaining: What is left of the cap on gemini; null = no cap.
planned_backend: 'gemini' or 'hardware'; null = the next request is refused.
reason: Why: 'out_of_credits' or 'gemini_cap_exceeded_no_hardware'.
held: Credits under a tier nobody knows, set aside.
overdraft: Credits beyond the quota, or beyond the cap on gemini if that is more.
is_overdrawn: Whether there are any.
lifetime_used: Credits ever used from the lifetime budget.
monthly_used: Credits used in the running period.
*/
with balances as (
    select
        *,
        case when room is null then null else greatest(room, 0) end as room_left,
        case when gemini_room is null then null else greatest(gemini_room, 0) end
            as gemini_left,
        greatest(-coalesce(room, 0), -coalesce(gemini_room, 0), 0) as beyond
    from core.credit_budgets
),

planned as (
    select
        balances.*,
        presented.tenant_id,
        presented.has_hardware,
        presented.last_active_at,
        case
            when balances.room_left = 0 then 'out_of_credits'
            when balances.gemini_left = 0 and not presented.has_hardware
                then 'gemini_cap_exceeded_no_hardware'
        end as refusal
    from balances
    join core.credit_presented as presented
        on presented.install_id = balances.install_id
)

select
    planned.install_id,
    planned.tenant_id,
    planned.tier,
    planned.is_known_tier,
    planned.has_hardware,
    planned.period_start,
    planned.next_renewal_at,
    planned.used,
    cast(planned.room_left as bigint) as remaining,
    planned.capped,
    planned.gemini_used,
    cast(planned.gemini_left as bigint) as gemini_remaining,
    cast(
        case
            when planned.refusal is not null then null
            when planned.gemini_left = 0 then 'hardware'
            else 'gemini'
        end as varchar
    ) as planned_backend,
    cast(planned.refusal as varchar) as reason,
    planned.held,
    cast(planned.beyond as bigint) as overdraft,
    planned.beyond > 0 as is_overdrawn,
    planned.lifetime_used,
    planned.monthly_used,
    planned.last_active_at
from planned
