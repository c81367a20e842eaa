/*
Margins that were called final, each with the corrections made to it since: with what
this run has written.

grain: month, tenant_id, deployment_id, kind, revenue_currency, currency, revision
*/
select
    margin_finals.month,
    margin_finals.tenant_id,
    margin_finals.deployment_id,
    margin_finals.kind,
    margin_finals.revenue_currency,
    margin_finals.currency,
    margin_finals.revision,
    margin_finals.delta_revenue_cents,
    margin_finals.delta_cost_cents,
    margin_finals.delta_revenue_original_cents,
    margin_finals.delta_cost_micros_usd,
    margin_finals.cost_basis,
    margin_finals.revenue_basis,
    margin_finals.recorded_at
from ledger.margin_finals as margin_finals
join ref.clock as clock on margin_finals.recorded_at <= clock.now_at
