/*
What each deployment cost us, month by month and kind by kind, its shares included.

The month is that of the provider's invoice. Recoverable tax is left out, because it
comes back; a refund that no invoice shows counts in the month it was entered. What we
run for ourselves stands under 'internal', apart from what nobody claims.

grain: month, tenant_id, deployment_id, kind, currency

amount_micros: Sum of the allocated lines, in millionths.
*/
select
    month,
    tenant_id,
    deployment_id,
    kind,
    currency,
    cast(sum(amount_micros) as bigint) as amount_micros
from core.cell_costs
group by month, tenant_id, deployment_id, kind, currency
