/*
Each tenant's cost of a month beside what the plan brings in, and when it was too much.

One row per month, metric and threshold, over or not. A crossing that was recorded stays
here with its instant, even when late data brings the spend below again.

grain: period_start, tenant_id, metric, threshold_pct
check: threshold_cents > 0
check: crossed_at is not null or not is_over
volatile: recorded_at, alerted_at

period_start: First day of the month, UTC.
tenant_id: Whose spend.
metric: fly_compute_spend (estimated from hours) or invoiced_cost (from invoices).
threshold_pct: Per cent of the plan's price; reaching it counts.
plan_code: Plan of the month, or 'none'.
plan_price_cents: Its price of a whole month.
currency: Currency of plan, threshold and spend.
fx_rate: Rate the spend was converted with; null = no recent rate.
threshold_cents: What must not be reached.
spend_cents: Spend so far.
projected_cents: Spend of the whole month if what runs now goes on.
is_over: Whether the spend reached the threshold.
is_projected_over: Whether it will.
crossed_at: When it did, to the second.
state: under, before_start (from before the date of issue), due, or recorded.
recorded_at: When the crossing was recorded.
alerted_at: When somebody was told; null = not yet, or nobody is to be.
rate_card: Where the prices came from.
*/
with sent as (
    select message_id, min(happened_at) as sent_at
    from staging.deliveries
    where outcome = 'sent'
    group by message_id
),

recorded as (
    select crossings.*, sent.sent_at
    from staging.crossings as crossings
    left join sent using (message_id)
),

current_spend as (
    select spend.*, crossings.crossed_at
    from core.spend_thresholds as spend
    left join core.spend_crossings as crossings
        using (tenant_id, metric, period_start, threshold_pct)
)

select
    cast(coalesce(spend.period_start, recorded.period_start) as date) as period_start,
    cast(coalesce(spend.tenant_id, recorded.tenant_id) as varchar) as tenant_id,
    cast(coalesce(spend.metric, recorded.metric) as varchar) as metric,
    cast(coalesce(spend.threshold_pct, recorded.threshold_pct) as bigint)
        as threshold_pct,
    cast(coalesce(spend.plan_code, recorded.plan_code) as varchar) as plan_code,
    cast(coalesce(spend.plan_price_cents, recorded.plan_price_cents) as bigint)
        as plan_price_cents,
    cast(coalesce(spend.currency, recorded.currency) as varchar) as currency,
    cast(coalesce(spend.fx_rate, recorded.fx_rate) as decimal(18, 10)) as fx_rate,
    cast(coalesce(spend.threshold_cents, recorded.threshold_cents) as bigint)
        as threshold_cents,
    cast(coalesce(spend.spend_cents, recorded.spend_cents) as bigint) as spend_cents,
    cast(coalesce(spend.projected_cents, recorded.projected_cents) as bigint)
        as projected_cents,
    cast(coalesce(spend.is_over, false) as boolean) as is_over,
    cast(coalesce(spend.is_projected_over, false) as boolean) as is_projected_over,
    cast(coalesce(recorded.crossed_at, spend.crossed_at) as timestamp) as crossed_at,
    cast(
        case
            when recorded.crossed_at is not null then 'recorded'
            when spend.crossed_at is null then 'under'
            when spend.crossed_at >= today.issue_from then 'due'
            else 'before_start'
        end as varchar
    ) as state,
    recorded.recorded_at,
    recorded.sent_at as alerted_at,
    cast(coalesce(spend.rate_card, recorded.rate_card) as varchar) as rate_card
from current_spend as spend
full join recorded
    on spend.period_start = recorded.period_start
    and spend.tenant_id = recorded.tenant_id
    and spend.metric = recorded.metric
    and spend.threshold_pct = recorded.threshold_pct
cross join ref.today as today
