/*
Subscription items that an anniversary invoice or a settlement has claimed: with what
this run has written.

grain: item_id
*/
select
    claims.item_id,
    claims.charge_id,
    claims.tenant_id,
    claims.resource_id,
    claims.activity_id,
    claims.plan_code,
    claims.item_kind,
    claims.amount_cents,
    claims.currency,
    claims.created_at,
    claims.service_start,
    claims.service_end,
    claims.description,
    claims.tick_at,
    claims.invoice_id,
    claims.period_start,
    claims.period_end,
    claims.tax_code,
    claims.tax_rate,
    claims.claimed_at
from ledger.claims as claims
join ref.clock as clock on claims.claimed_at <= clock.now_at
