/*
Tables of the ledger that were written after now: rows only in a run as of the past.

Such a run tells nothing, or the world would be told a second story; and what it
computes cannot be held against what had been told by then. Decisions are left out: a
person decides at any time, also while a run is under way.

grain: written_to

written_to: The table.
written_at: The now of the last run that wrote to it.
*/
with told as (
    select 'ledger.claims' as written_to, claims.written_at
    from raw.ledger_claims as claims
    union all
    select 'ledger.crossings', crossings.written_at
    from raw.ledger_crossings as crossings
    union all
    select 'ledger.deliveries', deliveries.written_at
    from raw.ledger_deliveries as deliveries
    union all
    select 'ledger.documents', documents.written_at
    from raw.ledger_documents as documents
    union all
    select 'ledger.lines', lines.written_at
    from raw.ledger_lines as lines
    union all
    select 'ledger.margin_finals', margin_finals.written_at
    from raw.ledger_margin_finals as margin_finals
    union all
    select 'ledger.messages', messages.written_at
    from raw.ledger_messages as messages
)

select
    cast(told.written_to as varchar) as written_to,
    cast(max(told.written_at) as timestamp) as written_at
from told
join ref.clock as clock on told.written_at > clock.now_at
group by told.written_to
