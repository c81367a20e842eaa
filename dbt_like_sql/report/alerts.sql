/*
Customers whose cost reached, or will reach, its limit: a share of the
plan's price, or a fixed amount where the plan has none.

title: Spend alerts
nothing: Nobody reached a limit.
*/
select
    tenant_id as tenant,
    period_start as month,
    plan_code as plan,
    threshold_cents as limit_cents,
    if(plan_price_cents > 0, threshold_pct, null) as of_price_pct,
    spend_cents,
    projected_cents,
    currency,
    crossed_at,
    case
        when alerted_at is not null then 'crossed, told'
        when crossed_at is not null or is_over then 'crossed'
        else 'heading there'
    end as state
from marts.spend_over_threshold
join shown on period_start >= shown.month
where is_over or crossed_at is not null or projected_cents >= threshold_cents
order by period_start desc, state, spend_cents desc, tenant
