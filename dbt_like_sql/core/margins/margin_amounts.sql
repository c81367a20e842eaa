/*
What each deployment earned and cost, month by month and kind by kind, as it was billed.

Cost includes shares and leaves out recoverable tax, because that comes back; a refund
that no invoice shows counts in the month it was entered. Revenue is what was issued,
else the current draft; a void document earns nothing. Credits stand on sides of their
own, by their unit prices: no provider invoice and no document of ours carries them.

grain: side, month, tenant_id, deployment_id, kind, currency

side: 'cost', 'revenue', and for credits 'unit_cost' and 'unit_revenue'.
month: First day of the month.
tenant_id: The tenant or a named value.
deployment_id: The deployment or a named value.
kind: Resource kind.
currency: Original currency.
amount_micros: Original amount, in millionths.
is_provisional: Whether a line of it is still a draft.
*/
with amounts as (
    select
        'cost' as side,
        month,
        tenant_id,
        deployment_id,
        kind,
        currency,
        amount_micros,
        false as is_provisional
    from core.cell_costs
    union all
    select
        'revenue' as side,
        month,
        tenant_id,
        deployment_id,
        kind,
        currency,
        amount_cents * 10000 as amount_micros,
        status in ('draft', 'before_start') as is_provisional
    from core.document_lines
    where is_revenue
    union all
    select
        'unit_cost' as side,
        month,
        tenant_id,
        deployment_id,
        kind,
        currency,
        cost_micros as amount_micros,
        false as is_provisional
    from core.credit_costs
    union all
    select
        'unit_revenue' as side,
        month,
        tenant_id,
        deployment_id,
        'credits' as kind,
        currency,
        amount_cents * 10000 as amount_micros,
        false as is_provisional
    from core.credit_revenue
)

select
    cast(side as varchar) as side,
    month,
    tenant_id,
    deployment_id,
    kind,
    currency,
    cast(sum(amount_micros) as bigint) as amount_micros,
    cast(bool_or(is_provisional) as boolean) as is_provisional
from amounts
group by side, month, tenant_id, deployment_id, kind, currency
