/*
Metered quantities with cost and revenue of the same deployments, before dividing.

Cost is booked by resource kind and usage by billing kind; kinds that are metered as one
(snapshots and backups) are summed. Only deployments that used the kind in the month
count, so what is divided and what it is divided by speak of the same machines.

grain: month, billing_kind, currency

month: First day of the month, UTC.
kind: Resource kind; 'credits' for what a backend answered.
billing_kind: What is measured; for credits the backend.
unit: The unit people read.
currency: The report currency.
base_quantity: Whole base units.
base_per_unit: Base units that make one unit.
cost_cents: Cost in the report currency; null = no rate, or no bill yet.
revenue_cents: Revenue in the report currency; null = no rate, or none of its own.
*/
with kinds as (
    select kind, billing_kind from ref.kinds where billing_kind is not null
    union
    select billing_kind as kind, billing_kind from ref.billing_kinds
),

used as (
    select
        cast(date_trunc('month', day) as date) as month,
        deployment_id,
        billing_kind,
        sum(cast(base_quantity as hugeint)) as base_quantity,
        max(base_per_unit) as base_per_unit
    from core.usage_daily
    group by date_trunc('month', day), deployment_id, billing_kind
),

money as (
    select
        cells.month,
        cells.deployment_id,
        kinds.billing_kind,
        case when count(cells.report_cents) filter (where cells.side = 'cost')
            = count(*) filter (where cells.side = 'cost')
            then coalesce(sum(cells.report_cents) filter (where cells.side = 'cost'), 0)
        end as cost,
        case when count(cells.report_cents) filter (where cells.side = 'revenue')
            = count(*) filter (where cells.side = 'revenue')
            then coalesce(
                sum(cells.report_cents) filter (where cells.side = 'revenue'), 0
            )
        end as revenue
    from core.margin_cells as cells
    join kinds on kinds.kind = cells.kind
    where cells.side in ('cost', 'revenue')
    group by cells.month, cells.deployment_id, kinds.billing_kind
)

select
    used.month,
    cast(coalesce(min(named.kind), used.billing_kind) as varchar) as kind,
    used.billing_kind,
    cast(coalesce(min(units.unit), 'unit') as varchar) as unit,
    cast(min(clock.report_currency) as varchar) as currency,
    cast(coalesce(sum(used.base_quantity), 0) as hugeint) as base_quantity,
    cast(max(used.base_per_unit) as bigint) as base_per_unit,
    -- Before the bill is there a cost of zero would be a price nobody pays.
    cast(case when bool_and(money.deployment_id is null or money.cost is not null)
        and used.month in (select month from core.cost_cells)
        then coalesce(sum(money.cost), 0) end as bigint) as cost_cents,
    cast(case when bool_and(money.deployment_id is null or money.revenue is not null)
        then coalesce(sum(money.revenue), 0) end as bigint) as revenue_cents
from used
cross join ref.clock as clock
left join money
    on money.month = used.month
    and money.deployment_id = used.deployment_id
    and money.billing_kind = used.billing_kind
left join ref.billing_kinds as units on units.billing_kind = used.billing_kind
left join (
    select billing_kind, min_by(kind, source_row) as kind from ref.kinds group by all
) as named on named.billing_kind = used.billing_kind
group by used.month, used.billing_kind
