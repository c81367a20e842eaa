/*
The events numbers are made of, each with the landed file and row it came from.

Usage of kinds that no inventory shows, the activity log of relays, and credits. What
the old credit ledger had counted already stands as a row of its own, and the events in
it do not count again.

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
with imports as (
    select
        imports.*,
        presented.tenant_id,
        given.source_file,
        given.source_row,
        case
            when budgets.period_number = 0 then budgets.period_start
            else coalesce(
                imports.renewal_at, imports.imported_until, budgets.period_start
            )
        end as month_counts_at
    from core.credit_imports as imports
    join staging.credit_ledger_import as given on given.install_id = imports.install_id
    join core.credit_budgets as budgets on budgets.install_id = imports.install_id
    left join core.credit_presented as presented
        on presented.install_id = imports.install_id
),

events as (
    select
        'usage' as event_kind,
        counted.event_id,
        counted.tenant_id,
        counted.deployment_id as subject_id,
        counted.billing_kind as measure,
        '' as detail,
        counted.base_quantity as quantity,
        given.occurred_at as happened_at,
        given.occurred_at as counts_at,
        given.source_file,
        given.source_row
    from core.usage_events as counted
    join staging.usage_events as given using (event_id)
    union all
    select
        'activity' as event_kind,
        activity_id as event_id,
        tenant_id,
        resource_id as subject_id,
        activity_type as measure,
        coalesce(plan_code, '') as detail,
        1 as quantity,
        created_at as happened_at,
        created_at as counts_at,
        source_file,
        source_row
    from staging.activities
    union all
    select
        'credit' as event_kind,
        events.event_id,
        presented.tenant_id,
        events.install_id as subject_id,
        coalesce(tiers.capped, 'held') as measure,
        events.backend as detail,
        case when events.occurred_at <= anchors.imported_until then 0 else 1 end
            as quantity,
        events.occurred_at as happened_at,
        greatest(events.occurred_at, anchors.anchor_at) as counts_at,
        events.source_file,
        events.source_row
    from staging.credit_events as events
    left join core.credit_presented as presented
        on presented.install_id = events.install_id
    left join core.credit_anchors as anchors on anchors.install_id = events.install_id
    left join core.credit_tiers as tiers on tiers.tier = events.tier
    union all
    select
        'credit_import' as event_kind,
        install_id || '/lifetime' as event_id,
        tenant_id,
        install_id as subject_id,
        'lifetime' as measure,
        '' as detail,
        lifetime_used as quantity,
        known_at as happened_at,
        known_at as counts_at,
        source_file,
        source_row
    from imports
    union all
    select
        'credit_import' as event_kind,
        install_id || '/monthly' as event_id,
        tenant_id,
        install_id as subject_id,
        'monthly' as measure,
        '' as detail,
        monthly_used as quantity,
        known_at as happened_at,
        month_counts_at as counts_at,
        source_file,
        source_row
    from imports
)

select
    cast(event_kind as varchar) as event_kind,
    event_id,
    cast(coalesce(tenant_id, 'unattributed') as varchar) as tenant_id,
    cast(subject_id as varchar) as subject_id,
    cast(measure as varchar) as measure,
    cast(detail as varchar) as detail,
    cast(quantity as bigint) as quantity,
    cast(happened_at as timestamp) as happened_at,
    cast(counts_at as timestamp) as counts_at,
    source_file,
    source_row
from events
