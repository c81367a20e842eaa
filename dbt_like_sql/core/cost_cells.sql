/*
What each deployment cost us, month by month and kind by kind, its shares included.

The month is that of the provider's invoice. Recoverable tax is left out, because it
comes back; a refund that no invoice shows counts in the month it was entered. What we
run for ourselves stands under 'internal', apart from what nobody claims.

subject: margins
grain: month, tenant_id, deployment_id, kind, currency

month: First day of the month the provider billed, UTC.
tenant_id: Who is served, or 'internal', or 'unattributed' when nobody claims it.
deployment_id: The deployment, or the same named values.
kind: Resource kind of the line, or its charge category where there is none.
currency: Currency of the provider's invoice.
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
