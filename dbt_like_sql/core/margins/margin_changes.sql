/*
Final margins that are not remembered as they are: new ones, and what changed since.

Revision 0 is the whole cell; a later one the difference to the sum of those before. A
final cell that is gone (its cost has another owner) is corrected to zero.

grain: month, tenant_id, deployment_id, kind, revenue_currency, currency

revenue_currency: Currency of the documents.
currency: The report currency.
revision: 0, or one more than what is remembered.
delta_revenue_cents: Change of revenue, report currency.
delta_cost_cents: Change of cost, report currency.
delta_revenue_original_cents: Change of revenue as on the documents.
delta_cost_micros_usd: Change of cost as billed, in millionths.
cost_basis: The provider's invoices of the month and their versions.
revenue_basis: The documents the revenue stands on.
*/
with known as (
    select
        month, tenant_id, deployment_id, kind, revenue_currency, currency,
        max(revision) as revision,
        sum(delta_revenue_cents) as revenue_cents,
        sum(delta_cost_cents) as cost_cents,
        sum(delta_revenue_original_cents) as original_cents,
        sum(delta_cost_micros_usd) as cost_micros
    from staging.prior_margin_finals
    group by all
),

invoices as (
    select
        cast(date_trunc('month', period_start) as date) as month,
        string_agg(left(invoice_uuid, 16) || '@' || left(version, 8), ' '
            order by invoice_uuid) as basis
    from core.provider_invoices
    where verdict = 'accepted'
    group by date_trunc('month', period_start)
),

documents as (
    select
        month, tenant_id, deployment_id, kind, currency as revenue_currency,
        string_agg(distinct invoice_id, ' ' order by invoice_id) as basis
    from core.document_lines
    where is_revenue
    group by all
),

compared as (
    select
        month, tenant_id, deployment_id, kind, revenue_currency, currency,
        cast(coalesce(known.revision + 1, 0) as bigint) as revision,
        coalesce(margins.revenue_cents, 0) - coalesce(known.revenue_cents, 0)
            as revenue,
        coalesce(margins.cost_cents, 0) - coalesce(known.cost_cents, 0) as cost,
        coalesce(margins.revenue_original_cents, 0) - coalesce(known.original_cents, 0)
            as original,
        coalesce(margins.cost_micros_usd, 0) - coalesce(known.cost_micros, 0) as micros
    from core.margins as margins
    full join known
        using (month, tenant_id, deployment_id, kind, revenue_currency, currency)
    where coalesce(margins.is_final, true)
        and month in (select month from core.margins where is_final)
        and currency = (select report_currency from ref.today)
)

select
    compared.month,
    compared.tenant_id,
    compared.deployment_id,
    compared.kind,
    compared.revenue_currency,
    compared.currency,
    compared.revision,
    cast(compared.revenue as bigint) as delta_revenue_cents,
    cast(compared.cost as bigint) as delta_cost_cents,
    cast(compared.original as bigint) as delta_revenue_original_cents,
    cast(compared.micros as bigint) as delta_cost_micros_usd,
    cast(coalesce(invoices.basis, '') as varchar) as cost_basis,
    cast(coalesce(documents.basis, '') as varchar) as revenue_basis
from compared
left join invoices using (month)
left join documents
    using (month, tenant_id, deployment_id, kind, revenue_currency)
where compared.revision = 0
    or (revenue, cost, original, micros) <> (0, 0, 0, 0)
