/*
What an operator should know about the provider's bills: files, parts, totals and lines.

grain: finding, subject_id

finding: What it is.
subject_id: The invoice, the entry or the product it is about.
tenant_id: The customer concerned; bills concern all: 'unattributed'.
detail: In words.
happened_at: When it was received or entered.
*/
with accepted as (
    select * from core.invoice_states where verdict = 'accepted'
),

attempts as (
    select
        *,
        row_number() over (
            partition by invoice_uuid order by received_at desc, version
        ) as recency
    from core.invoice_versions
),

listed as (
    select
        invoice_uuid,
        max(received_at) as last_at,
        max(max(received_at)) over (partition by account) as newest_at
    from staging.invoice_headers
    where not is_preview
    group by account, invoice_uuid
),

entries as (
    select
        *,
        row_number() over (
            partition by invoice_uuid order by occurred_at desc, entry_id
        ) as recency
    from staging.billing_history
    where entry_type = 'Invoice' and invoice_uuid <> ''
),

findings as (
    select
        'invoice_refused' as finding,
        invoices.invoice_uuid as subject_id,
        'expected ' || attempts.expected_micros || ', found '
            || attempts.found_micros || ' millionths: ' || attempts.reason as detail,
        attempts.received_at as happened_at
    from core.invoice_states as invoices
    join attempts
        on attempts.invoice_uuid = invoices.invoice_uuid and attempts.recency = 1
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
    where invoice_uuid not in (
        select invoice_uuid from core.charges where given_id is not null
    )
    union all
    -- Older invoices never had a summary; of a newer one it is a part that is missing.
    select
        'invoice_without_summary',
        invoice_uuid,
        'no summary: its total is confirmed by the header alone',
        received_at
    from accepted
    where period_start >= timestamp '2021-01-01'
        and invoice_uuid not in (select invoice_uuid from staging.invoice_summaries)
    union all
    select
        'invoice_no_longer_listed',
        invoice_uuid,
        'the newest index leaves it out; what is in the books stays',
        last_at
    from listed
    where last_at < newest_at
    union all
    select
        'header_differs_from_history',
        invoices.invoice_uuid,
        'the index says ' || invoices.amount_micros || ' millionths, the history '
            || entries.amount_micros,
        entries.occurred_at
    from core.invoice_states as invoices
    join entries
        on entries.invoice_uuid = invoices.invoice_uuid and entries.recency = 1
    where entries.amount_micros <> invoices.amount_micros
    union all
    select
        'history_on_invoice',
        entry_id,
        entry_type || ' of ' || amount_micros
            || ' millionths is taken to be on an invoice already',
        occurred_at
    from core.history_charges
    where is_on_invoice
    union all
    select
        'unknown_history_type',
        history.entry_type,
        count(*) || ' entries of a type nobody knows',
        max(history.occurred_at)
    from staging.billing_history as history
    left join ref.history_types as types on types.type = history.entry_type
    where types.type is null
    group by history.entry_type
    union all
    select
        'unknown_product',
        product,
        count(*) || ' lines that no rule fits',
        max(period_start)
    from core.charges
    where kind = 'unclassified'
    group by product
    union all
    select
        'lines_outside_month',
        invoice_uuid,
        count(*) || ' lines of another month',
        max(period_start)
    from core.charges
    where charge_category = 'usage'
        and (end_at < period_start or start_at >= period_start + interval 1 month)
    group by invoice_uuid
)

select
    cast(finding as varchar) as finding,
    cast(subject_id as varchar) as subject_id,
    'unattributed' as tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from findings
