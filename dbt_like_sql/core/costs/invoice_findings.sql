/*
What an operator should know about an invoice as a whole: its file, parts and totals.

What its lines say is `core/cost_findings.sql`.

grain: finding, subject_id

finding: What it is.
subject_id: The invoice.
detail: In words.
happened_at: When it was received or entered.
*/
with attempts as (
    select
        *,
        row_number() over (
            partition by invoice_uuid order by received_at desc, version
        ) as recency
    from core.invoice_versions
),

accepted as (
    select invoice_uuid, period_start, received_at
    from core.invoice_states
    where verdict = 'accepted' and status <> 'history'
),

entries as (
    select
        *,
        row_number() over (
            partition by invoice_uuid order by occurred_at desc, entry_id
        ) as recency
    from core.history_entries
    where entry_type = 'Invoice' and invoice_uuid <> ''
)

select
    'invoice_refused' as finding,
    states.invoice_uuid as subject_id,
    cast('expected ' || attempts.expected_micros || ', found '
        || attempts.found_micros || ' millionths: ' || attempts.reason as varchar)
        as detail,
    attempts.received_at as happened_at
from core.invoice_states as states
join attempts on attempts.invoice_uuid = states.invoice_uuid and attempts.recency = 1
where attempts.verdict = 'refused'
union all
select
    'invoice_reissued',
    invoice_uuid,
    'the total changed by ' || regexp_replace(cast(cast(
        0.000001 * cast(sum(change_micros) as decimal(18, 0)) as decimal(18, 6)
    ) as varchar), '0{1,4}$', '') || ' USD',
    max(received_at)
from core.invoice_changes
group by invoice_uuid
union all
select
    'invoice_without_items',
    invoice_uuid,
    'no JSON items: its lines are matched by name alone',
    received_at
from accepted
where invoice_uuid not in (select invoice_uuid from core.item_pairs)
union all
-- Older invoices never had a summary; of a newer one it is a part that is missing.
select
    'invoice_without_summary',
    invoice_uuid,
    'no summary: its total is confirmed by the header alone',
    received_at
from accepted
where period_start >= timestamp '2021-01-01'
    and invoice_uuid not in (
        select invoice_uuid from core.invoice_looks where summary_micros is not null
    )
union all
select
    'header_differs_from_history',
    headers.invoice_uuid,
    'the index says ' || headers.amount_micros || ' millionths, the history '
        || entries.amount_micros,
    entries.occurred_at
from core.invoice_headers as headers
join entries
    on entries.invoice_uuid = headers.invoice_uuid
    and entries.recency = 1
where headers.known_from = 'index'
    and not headers.is_preview
    and entries.amount_micros <> headers.amount_micros
