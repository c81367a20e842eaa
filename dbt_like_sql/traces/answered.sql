/*
Events of those credits.

unit: credits
number: select sum(credits) from credits
total: select sum(quantity) from answered
*/
select
    events.event_id,
    events.subject_id,
    events.detail as backend,
    events.quantity,
    events.happened_at,
    events.source_file,
    events.source_row
from marts.event_sources as events
join credits
    on events.subject_id = credits.deployment_id
    and events.detail = credits.backend
    and cast(date_trunc('month', events.happened_at) as date) = credits.month
where events.event_kind = 'credit' and events.quantity > 0
