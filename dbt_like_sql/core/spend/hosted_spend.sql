/*
What hosted machines cost while they ran: seconds times price, month by month.

Every month since the first machine is here, not only the current one, so that the last
hours before a month's end are judged even when nothing ran on the first of the next.
A piece ends where its status, its price or the month ends. Nothing is rounded here.

grain: deployment_id, start_at
check: seconds >= 0
warn: not is_fallback

instance_type: Its type.
period_start: First day of the month, UTC.
start_at: First instant of the piece.
end_at: First instant after it.
seconds: Whole seconds between them.
is_running: Whether it still ran, and cost, at the run's now.
is_fallback: Whether its type has no price and the card's fallback was taken.
rate_card: The price list.
price_cents: Price as on the card.
unit_rate: Price of a second, in the units of core.rate_cards_in_force.
spend_units: seconds times unit_rate.
*/
with known_types as (
    select distinct instance_type
    from core.rate_cards_in_force
),

running as (
    select
        intervals.*,
        coalesce(known_types.instance_type, '*') as priced_type,
        known_types.instance_type is null as is_fallback
    from core.hosted_intervals as intervals
    left join known_types using (instance_type)
    where intervals.is_accruing
),

monthly as (
    select
        running.*,
        months.month,
        greatest(running.start_at, cast(months.month as timestamp)) as from_at,
        least(running.end_at, cast(months.next_month as timestamp)) as to_at
    from running
    join ref.months as months
        on months.month < running.end_at and months.next_month > running.start_at
),

priced as (
    select
        monthly.*,
        greatest(monthly.from_at, rates.valid_from) as piece_start,
        least(monthly.to_at, coalesce(rates.valid_to, monthly.to_at)) as piece_end,
        rates.rate_card,
        rates.price_cents,
        rates.per_seconds,
        rates.currency,
        rates.unit_rate
    from monthly
    join core.rate_cards_in_force as rates
        on monthly.priced_type = rates.instance_type
        and rates.valid_from < monthly.to_at
        and coalesce(rates.valid_to > monthly.from_at, true)
),

counted as (
    select *, date_diff('second', piece_start, piece_end) as whole_seconds
    from priced
)

select
    deployment_id,
    tenant_id,
    instance_type,
    month as period_start,
    piece_start as start_at,
    piece_end as end_at,
    cast(whole_seconds as bigint) as seconds,
    is_open and piece_end = end_at as is_running,
    is_fallback,
    rate_card,
    price_cents,
    per_seconds,
    currency,
    unit_rate,
    cast(whole_seconds * unit_rate as hugeint) as spend_units
from counted
