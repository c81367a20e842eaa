/*
What is to be quoted: each subscription in each month that it touches.

The models below quote whatever stands here. A month's invoices are quoted from
subscriptions; `quote` puts one request of its own in this table's place, so that a
quoted price and an invoiced one come from the same queries. The tax code of a month
stays what it was when the month was invoiced.

grain: quote_id
check: service_start < service_end
check: service_start >= month and service_end <= next_month

quote_id: The subscription and the month.
tenant_id: Who pays.
plan_version_id: The version that prices it.
currency: Currency of that version.
tax_code: Which tax applies; null = none.
month: First day of the month, UTC.
next_month: First day of the next month.
service_start: First instant of the subscription in the month.
service_end: First instant after it.
*/
select
    cast(
        plans.subscription_id || '@' || left(cast(months.month as varchar), 7)
        as varchar
    ) as quote_id,
    plans.tenant_id,
    plans.subscription_id,
    plans.deployment_id,
    plans.plan_version_id,
    plans.currency,
    cast(
        case when issued.live_invoice_id is null then tenants.tax_code
        else issued.tax_code end as varchar
    ) as tax_code,
    months.month,
    months.next_month,
    cast(greatest(plans.valid_from, months.month) as timestamp) as service_start,
    cast(
        least(coalesce(plans.valid_to, months.next_month), months.next_month)
        as timestamp
    ) as service_end
from core.tenant_plans as plans
join ref.months as months
    on plans.valid_from < months.next_month
    and coalesce(plans.valid_to > months.month, true)
join ref.today as today on months.month <= today.day
left join staging.tenants as tenants using (tenant_id)
left join core.issued_periods as issued
    on issued.tenant_id = plans.tenant_id
    and issued.currency = plans.currency
    and issued.month = months.month
