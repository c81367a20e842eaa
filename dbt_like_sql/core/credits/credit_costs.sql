/*
What answered credits cost us, month by month, tenant, install and backend.

Every credit that was answered is here, one under an unknown tier too: it was paid for
all the same. A backend without a unit cost in the month has no row and a finding.
Credits the old ledger counted have no month and no cost here.

grain: month, deployment_id, backend, currency
check: credits > 0
check: cost_micros >= 0

month: First day of the month they were spent, UTC.
tenant_id: Who pays for the install, or 'unattributed'.
kind: 'credits'.
credits: How many.
cost_micros: Their cost, in millionths.
currency: Currency of the unit cost.
*/
with unit_costs as (
    select
        backend,
        unit_cost_micros,
        currency,
        effective_from,
        lead(effective_from) over (partition by backend order by effective_from)
            as effective_to
    from ref.credit_backend_costs
),

spent as (
    select install_id, month, backend, cast(sum(credits) as bigint) as credits
    from core.credit_usage
    group by install_id, month, backend
)

select
    spent.month,
    presented.tenant_id,
    spent.install_id as deployment_id,
    'credits' as kind,
    spent.backend,
    spent.credits,
    cast(cast(spent.credits as hugeint) * unit_costs.unit_cost_micros as bigint)
        as cost_micros,
    unit_costs.currency
from spent
join core.credit_presented as presented on presented.install_id = spent.install_id
join unit_costs
    on unit_costs.backend = spent.backend
    and unit_costs.effective_from <= spent.month
    and (unit_costs.effective_to is null or spent.month < unit_costs.effective_to)
