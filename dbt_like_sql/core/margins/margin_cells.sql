/*
Margin amounts keyed as they are published: each side beside the revenue it belongs to.

A cost has no revenue currency of its own. It stands beside the revenue of its cell,
else under the tenant's currency, else under the report currency.

grain: side, month, tenant_id, deployment_id, kind, revenue_currency, currency

side: 'cost', 'revenue', 'unit_cost' or 'unit_revenue'.
revenue_currency: Currency the cell is published under.
currency: Original currency of this amount.
report_cents: The same in the report currency; null without a rate.
fx_rate: Report units per unit of the original currency.
*/
with beside as (
    select
        amounts.*,
        coalesce(
            min(amounts.currency) filter (where amounts.side = 'revenue') over cell,
            min(amounts.currency) filter (where amounts.side = 'unit_revenue') over cell
        ) as cell_currency
    from core.margin_amounts as amounts
    window cell as (
        partition by
            amounts.month, amounts.tenant_id, amounts.deployment_id, amounts.kind
    )
)

select
    beside.side,
    beside.month,
    beside.tenant_id,
    beside.deployment_id,
    beside.kind,
    cast(
        case
            when beside.side in ('revenue', 'unit_revenue') then beside.currency
            else coalesce(
                beside.cell_currency, tenants.currency, clock.report_currency
            )
        end as varchar
    ) as revenue_currency,
    beside.currency,
    beside.amount_micros,
    beside.report_cents,
    beside.fx_rate,
    beside.fx_date,
    beside.is_provisional
from beside
left join staging.tenants as tenants on tenants.tenant_id = beside.tenant_id
cross join ref.clock as clock
