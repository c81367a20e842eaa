/*
Margins that are called final now, and corrections of those that were.

append: month, tenant_id, deployment_id, kind, revenue_currency, currency, revision
grain: month, tenant_id, deployment_id, kind, revenue_currency, currency, revision
*/
select
    changes.month,
    changes.tenant_id,
    changes.deployment_id,
    changes.kind,
    changes.revenue_currency,
    changes.currency,
    changes.revision,
    changes.delta_revenue_cents,
    changes.delta_cost_cents,
    changes.delta_revenue_original_cents,
    changes.delta_cost_micros_usd,
    changes.cost_basis,
    changes.revenue_basis,
    clock.now_at as recorded_at
from core.margin_changes as changes
join ref.clock as clock
    on changes.month >= cast(date_trunc('month', clock.issue_from) as date)
