/*
What an operator should know about the provider's bills.

grain: finding, subject_id

finding: What it is.
subject_id: The invoice, the entry or the product it is about.
tenant_id: The customer concerned; bills concern all: 'unattributed'.
detail: In words.
happened_at: When it was received or entered.
*/
with findings as (
    select finding, subject_id, detail, happened_at
    from core.invoice_findings
    union all
    select
        'invoice_no_longer_listed', invoice_uuid,
        'the newest index leaves it out; what is in the books stays', last_at
    from (
        select
            invoice_uuid,
            max(received_at) as last_at,
            max(max(received_at)) over (partition by account) as newest_at
        from core.header_sightings
        where not is_preview
        group by account, invoice_uuid
    )
    where last_at < newest_at
    union all
    select
        'history_on_invoice', entry_id,
        entry_type || ' of ' || amount_micros
            || ' millionths is taken to be on an invoice already',
        occurred_at
    from core.history_charges
    where is_on_invoice
    union all
    select
        'unknown_history_type', entries.entry_type,
        count(*) || ' entries of a type nobody knows', max(entries.occurred_at)
    from core.history_entries as entries
    left join ref.history_types as types on types.type = entries.entry_type
    where types.type is null
    group by entries.entry_type
    union all
    select
        'unknown_product', product, count(*) || ' lines that no rule fits',
        max(period_start)
    from core.charges
    where kind = 'unclassified'
    group by product
    union all
    select
        'lines_outside_month', invoice_uuid, count(*) || ' lines of another month',
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
