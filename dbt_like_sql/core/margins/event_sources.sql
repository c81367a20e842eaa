/*
The events numbers are made of, each with the landed file and row it came from.

What the old credit ledger had counted stands as a row of its own, and the events in it
do not count again.

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
with credits as (
    select
        events.event_id,
        presented.tenant_id,
        events.install_id,
        coalesce(tiers.capped, 'held') as budget,
        events.backend,
        case when events.occurred_at <= anchors.imported_until then 0 else 1 end
            as credits,
        events.occurred_at,
        greatest(events.occurred_at, anchors.anchor_at) as counts_at,
        events.source_file,
        events.source_row
    from staging.credit_events as events
    left join core.credit_presented as presented
        on presented.install_id = events.install_id
    left join core.credit_anchors as anchors on anchors.install_id = events.install_id
    left join core.credit_tiers as tiers on tiers.tier = events.tier
),

imports as (
    select imports.*, presented.tenant_id, given.source_file, given.source_row,
        budgets.period_start, budgets.period_number
    from core.credit_imports as imports
    join staging.credit_ledger_import as given on given.install_id = imports.install_id
    join core.credit_budgets as budgets on budgets.install_id = imports.install_id
    left join core.credit_presented as presented
        on presented.install_id = imports.install_id
),

events as (
    select 'usage' as event_kind, event_id, counted.tenant_id, counted.deployment_id,
        counted.billing_kind, '' as detail, counted.base_quantity as quantity,
        given.occurred_at, given.occurred_at as counts_at, given.source_file,
        given.source_row
    from core.usage_events as counted
    join staging.usage_events as given using (event_id)
    union all
    select 'activity', activity_id, tenant_id, resource_id, activity_type,
        coalesce(plan_code, ''), 1, created_at, created_at, source_file, source_row
    from staging.activities
    union all
    select 'credit', event_id, tenant_id, install_id, budget, backend, credits,
        occurred_at, counts_at, source_file, source_row
    from credits
    union all
    select 'credit_import', install_id || '/lifetime', tenant_id, install_id,
        'lifetime', '', lifetime_used, known_at, known_at, source_file, source_row
    from imports
    union all
    select 'credit_import', install_id || '/monthly', tenant_id, install_id, 'monthly',
        '', monthly_used, known_at,
        case when period_number = 0 then period_start
            else coalesce(renewal_at, imported_until, period_start) end,
        source_file, source_row
    from imports
)

select
    cast(events.event_kind as varchar) as event_kind,
    events.event_id,
    cast(coalesce(events.tenant_id, 'unattributed') as varchar) as tenant_id,
    cast(events.deployment_id as varchar) as subject_id,
    cast(events.billing_kind as varchar) as measure,
    cast(events.detail as varchar) as detail,
    cast(events.quantity as bigint) as quantity,
    cast(events.occurred_at as timestamp) as happened_at,
    cast(events.counts_at as timestamp) as counts_at,
    events.source_file,
    events.source_row
from events
join ref.clock as clock on coalesce(events.occurred_at <= clock.now_at, true)
