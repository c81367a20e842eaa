/*
Activities of those relays up to then.
*/
select distinct
    events.event_id,
    events.subject_id,
    events.measure,
    events.detail as plan,
    events.happened_at,
    events.source_file,
    events.source_row
from marts.event_sources as events
join items
    on items.resource_id = events.subject_id
    and events.happened_at <= items.service_start
where events.event_kind = 'activity'
