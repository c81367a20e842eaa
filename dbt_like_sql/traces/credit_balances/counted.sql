/*
Credits booked: for ever, in the running period, and held.

unit: credits
number: select sum(lifetime_used + monthly_used + held) from asked
total: select sum(quantity) from counted
*/
select
    events.event_kind,
    events.event_id,
    events.measure as budget,
    events.detail as backend,
    events.quantity,
    events.happened_at,
    events.source_file,
    events.source_row
from marts.event_sources as events
join asked on asked.install_id = events.subject_id
where
    events.event_kind in ('credit', 'credit_import')
    and events.quantity > 0
    and (
        events.measure <> 'monthly'
        or (
            events.counts_at >= asked.period_start
            and events.counts_at < asked.next_renewal_at
        )
    )
