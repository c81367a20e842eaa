/*
Cost and revenue of each published cell, before what was final is held against it.

A zero stands where one side is missing. An amount that cannot be converted makes its
side unknown (null), never zero.

grain: month, tenant_id, deployment_id, kind, revenue_currency

month: First day of the month, UTC.
revenue_currency: Currency of the documents.
currency: The report currency.
revenue_cents: Revenue in the report currency.
cost_cents: Cost in the report currency.
revenue_original_cents: Revenue as on the documents.
cost_micros_usd: Cost as billed in US dollars, in millionths.
unit_revenue_cents: What tiers of credits earned by their prices.
unit_cost_cents: What spent credits cost by their unit costs.
is_final: Whether the provider's invoices of the month are accepted, no draft is left
    and both sides have a rate.
*/
with billed as (
    select cast(date_trunc('month', period_start) as date) as month
    from core.provider_invoices
    where status <> 'history'
    group by date_trunc('month', period_start)
    -- With two accounts the cheaper one alone would pass for the whole month.
    having bool_and(verdict = 'accepted' and status in ('final', 'changed'))
),

cells as (
    select
        month,
        tenant_id,
        deployment_id,
        kind,
        revenue_currency,
        case when count(*) filter (where side = 'revenue' and report_cents is null) = 0
            then coalesce(sum(report_cents) filter (where side = 'revenue'), 0)
        end as revenue_cents,
        case when count(*) filter (where side = 'cost' and report_cents is null) = 0
            then coalesce(sum(report_cents) filter (where side = 'cost'), 0)
        end as cost_cents,
        coalesce(sum(amount_micros) filter (where side = 'revenue'), 0)
            as earned_micros,
        coalesce(
            sum(amount_micros) filter (where side = 'cost' and currency = 'USD'), 0
        ) as cost_micros_usd,
        coalesce(sum(report_cents) filter (where side = 'unit_revenue'), 0)
            as unit_revenue_cents,
        coalesce(sum(report_cents) filter (where side = 'unit_cost'), 0)
            as unit_cost_cents,
        bool_or(is_provisional) as is_provisional
    from core.margin_cells
    group by month, tenant_id, deployment_id, kind, revenue_currency
)

select
    cells.month,
    cells.tenant_id,
    cells.deployment_id,
    cells.kind,
    cells.revenue_currency,
    today.report_currency as currency,
    cast(cells.revenue_cents as bigint) as revenue_cents,
    cast(cells.cost_cents as bigint) as cost_cents,
    cast(rounded_to(cells.earned_micros, 10000) as bigint) as revenue_original_cents,
    cast(cells.cost_micros_usd as bigint) as cost_micros_usd,
    cast(cells.unit_revenue_cents as bigint) as unit_revenue_cents,
    cast(cells.unit_cost_cents as bigint) as unit_cost_cents,
    billed.month is not null
    and not cells.is_provisional
    and cells.revenue_cents is not null
    and cells.cost_cents is not null as is_final
from cells
cross join ref.today as today
left join billed on billed.month = cells.month
