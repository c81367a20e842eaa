/*
One request in the place of the subscriptions: a plan version in the month of its start.

It fills `core.quote_requests`, from which the models that invoice go on.
*/
select
    'quote' as quote_id,
    'quote' as tenant_id,
    'quote' as subscription_id,
    'quote' as deployment_id,
    versions.plan_version_id,
    versions.currency,
    cast($tax_code as varchar) as tax_code,
    months.month,
    months.next_month,
    greatest(cast($start as timestamp), cast(months.month as timestamp))
        as service_start,
    least(cast($end as timestamp), cast(months.next_month as timestamp))
        as service_end
from raw.plan_versions as versions
join ref.months as months
    on months.month = cast(date_trunc('month', cast($start as timestamp)) as date)
where versions.plan_version_id = $plan_version_id
