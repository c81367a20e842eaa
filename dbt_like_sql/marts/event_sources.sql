/*
The events numbers are made of, each with the landed file and row it came from.

Usage of kinds that no inventory shows, the activity log of relays, and credits. What
the old credit ledger had counted already stands as a row of its own, and the events in
it do not count again.

grain: event_kind, event_id
*/
select
    event_kind,
    event_id,
    tenant_id,
    subject_id,
    measure,
    detail,
    quantity,
    happened_at,
    counts_at,
    source_file,
    source_row
from core.event_sources
