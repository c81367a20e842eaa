/*
What changed of margins that were final, when it was seen, and why.

A margin that was called final never changes in silence: the row it was called final
with and its corrections sum to what the margin table shows.

grain: month, tenant_id, deployment_id, kind, revenue_currency, currency, revision
check: revision > 0
volatile: recorded_at

revenue_currency: Currency of the documents.
currency: The report currency.
revision: Counts the corrections of the cell from 1.
delta_revenue_original_cents: Change of revenue as on the documents.
reason: What was different: invoices of the provider, our documents, or neither.
recorded_at: When it was seen.
*/
with revised as (
    select
        finals.*,
        lag(finals.cost_basis) over cell as earlier_cost_basis,
        lag(finals.revenue_basis) over cell as earlier_revenue_basis
    from staging.margin_finals as finals
    window cell as (
        partition by
            finals.month, finals.tenant_id, finals.deployment_id, finals.kind,
            finals.revenue_currency, finals.currency
        order by finals.revision
    )
)

select
    month,
    tenant_id,
    deployment_id,
    kind,
    revenue_currency,
    currency,
    revision,
    delta_revenue_cents,
    delta_cost_cents,
    delta_revenue_original_cents,
    delta_cost_micros_usd,
    -- Only the side that changed is explained: a bill that came again says nothing
    -- about revenue, and documents say nothing about cost.
    cast(coalesce(nullif(concat_ws('; ',
        case when cost_basis <> earlier_cost_basis
                and (delta_cost_cents <> 0 or delta_cost_micros_usd <> 0)
            then 'provider invoices: ' || earlier_cost_basis || ' -> ' || cost_basis
        end,
        case when revenue_basis <> earlier_revenue_basis
                and (delta_revenue_cents <> 0 or delta_revenue_original_cents <> 0)
            then 'documents: ' || earlier_revenue_basis || ' -> ' || revenue_basis
        end
    ), ''), 'owners, shares, or a cent of rounding moved') as varchar) as reason,
    recorded_at
from revised
where revision > 0
