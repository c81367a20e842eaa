/*
Subscription items that an anniversary invoice or a settlement claims now.

An invoice is written with all its items in one append, so it is whole or not there.

append: item_id
grain: item_id
*/
select
    items.item_id,
    items.charge_id,
    items.tenant_id,
    items.resource_id,
    items.activity_id,
    items.plan_code,
    items.item_kind,
    items.amount_cents,
    items.currency,
    items.created_at,
    items.service_start,
    items.service_end,
    items.description,
    items.event_at as tick_at,
    items.invoice_id,
    items.period_start,
    items.period_end,
    items.tax_code,
    items.tax_rate,
    clock.now_at as claimed_at
from core.item_claims as items
join ref.clock as clock on clock.issue_from is not null
where items.is_due
