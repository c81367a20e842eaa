/*
Every subscription item once: claimed for ever, as the ledger holds it, or still open.

Documents are made of this table. An open item whose claim was written in this same run
is taken from the ledger, so computing drafts before or after the write is the same.

grain: item_id
keyed: tenant_id
check: state <> 'invoiced' or invoice_id is not null
check: state not in ('settled', 'waiting') or invoice_id is null
volatile: claimed_at

item_id: The item.
charge_id: The charge it is of.
activity_id: The activity behind it; null for a renewal.
item_kind: Kind of charge, or 'correction'.
currency: Its currency.
tick_at: The tick that claims it; null while it waits.
invoice_id: The invoice; null if settled or waiting.
period_start: Start of the invoice's period.
tax_code: Tax of the invoice.
tax_rate: Its rate.
claimed_at: The now of the run that claimed it; null = not claimed.
state: 'invoiced', 'settled' (net zero), 'draft', 'draft_settled', 'waiting' (net
    credit, or the hour is not over) or 'before_start'.
*/
select
    item_id, charge_id, tenant_id, resource_id, activity_id, plan_code, item_kind,
    amount_cents, currency, created_at, service_start, service_end, description,
    tick_at, invoice_id, period_start, period_end, tax_code, tax_rate, claimed_at,
    cast(case when invoice_id is null then 'settled' else 'invoiced' end as varchar)
        as state
from staging.claims
union all
select
    items.item_id, items.charge_id, items.tenant_id, items.resource_id,
    items.activity_id, items.plan_code, items.item_kind, items.amount_cents,
    items.currency, items.created_at, items.service_start, items.service_end,
    items.description, items.event_at as tick_at, items.invoice_id,
    items.period_start, items.period_end, items.tax_code, items.tax_rate,
    cast(null as timestamp) as claimed_at,
    cast(case
        when items.is_before_start then 'before_start'
        when items.event_at is null then 'waiting'
        when items.invoice_id is null then 'draft_settled'
        else 'draft'
    end as varchar) as state
from core.item_claims as items
left join staging.claims as claims on items.item_id = claims.item_id
where claims.item_id is null
