/*
The events numbers are made of, each with the landed file and row it came from.

Usage of kinds that no inventory shows, the activity log of relays, and credits. What
the old credit ledger had counted already stands as a row of its own, and the events in
it do not count again.

subject: quality
grain: event_kind, event_id

event_kind: 'usage', 'activity', 'credit' or 'credit_import'.
event_id: Given by the sender; for imports the install and budget.
tenant_id: Whose it is, or 'unattributed'.
subject_id: The deployment, relay or install it is about.
measure: Billing kind, activity type, or the budget a credit counts in.
detail: Plan of an activity, or backend of a credit; empty otherwise.
quantity: Base units of usage, credits, or 1 for an activity; 0 = not counted.
happened_at: When it happened; for imports when the row was last used.
counts_at: From when it counts: a credit before its install's first period counts in
    it.
source_file: SHA-256 of the landed file.
source_row: Row in it.
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
