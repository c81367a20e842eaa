/*
Spend that reached a threshold, with the plan and price it was compared to: with what
this run has written.

grain: tenant_id, metric, period_start, threshold_pct
*/
select
    crossings.tenant_id,
    crossings.metric,
    crossings.period_start,
    crossings.threshold_pct,
    crossings.plan_code,
    crossings.plan_price_cents,
    crossings.currency,
    crossings.fx_rate,
    crossings.threshold_cents,
    crossings.spend_cents,
    crossings.projected_cents,
    crossings.crossed_at,
    crossings.rate_card,
    crossings.audience,
    crossings.message_id,
    crossings.recorded_at
from ledger.crossings as crossings
join ref.clock as clock on crossings.recorded_at <= clock.now_at
