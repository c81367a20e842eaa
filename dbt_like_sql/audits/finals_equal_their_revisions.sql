/*
A final margin is what it was called final with and all its corrections since.

A run as of the past is not held to it: it tells nothing of what it computes.

on: marts.margin_corrections
*/
with sums as (
    select
        month, tenant_id, deployment_id, kind, revenue_currency, currency,
        sum(delta_revenue_cents) as revenue_cents,
        sum(delta_cost_cents) as cost_cents,
        sum(delta_cost_micros_usd) as cost_micros
    from staging.margin_finals
    group by month, tenant_id, deployment_id, kind, revenue_currency, currency
)

select
    margins.month,
    margins.tenant_id,
    margins.deployment_id,
    margins.kind,
    margins.cost_cents,
    sums.cost_cents as remembered_cost_cents,
    margins.revenue_cents,
    sums.revenue_cents as remembered_revenue_cents
from core.margins as margins
join ref.clock as clock
    on margins.month >= cast(date_trunc('month', clock.issue_from) as date)
left join sums
    on sums.month = margins.month
    and sums.tenant_id = margins.tenant_id
    and sums.deployment_id = margins.deployment_id
    and sums.kind = margins.kind
    and sums.revenue_currency = margins.revenue_currency
    and sums.currency = margins.currency
where margins.is_final
    and not exists (select 1 from staging.told_later)
    and (
        sums.revenue_cents is distinct from margins.revenue_cents
        or sums.cost_cents is distinct from margins.cost_cents
        or sums.cost_micros is distinct from margins.cost_micros_usd
    )
