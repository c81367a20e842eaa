/*
Spend that has reached its threshold since documents are issued, each crossing once.

Late data may move the amounts of a crossing that is recorded; what was recorded stays.
It is recorded also when its owner wants no messages.

append: tenant_id, metric, period_start, threshold_pct
grain: tenant_id, metric, period_start, threshold_pct
*/
select
    spend.tenant_id,
    spend.metric,
    spend.period_start,
    spend.threshold_pct,
    spend.plan_code,
    spend.plan_price_cents,
    spend.currency,
    spend.fx_rate,
    spend.threshold_cents,
    spend.spend_cents,
    spend.projected_cents,
    crossings.crossed_at,
    spend.rate_card,
    spend.audience,
    cast(
        concat('spend-', md5(cast(json_array(
            spend.tenant_id, spend.metric, spend.period_start, spend.threshold_pct
        ) as varchar))) as varchar
    ) as message_id,
    clock.now_at as recorded_at
from core.spend_thresholds as spend
join core.spend_crossings as crossings
    using (tenant_id, metric, period_start, threshold_pct)
join ref.clock as clock
    on crossings.crossed_at >= clock.issue_from
    and crossings.crossed_at <= clock.now_at
