/*
The plans that can be bought now, each in the version in force.

grain: plan_code

plan_version_id: The version a new subscription is bound to.
published_at: Since when it is in force.
items: How many kinds of usage it includes or prices.
*/
with items as (
    select plan_version_id, count(*) as item_count
    from staging.plan_items
    group by plan_version_id
)

select
    versions.plan_code,
    plans.name,
    versions.plan_version_id,
    versions.version,
    versions.base_price_cents,
    versions.currency,
    versions.valid_from as published_at,
    cast(coalesce(items.item_count, 0) as bigint) as items
from core.versions_in_force as versions
join staging.plans as plans using (plan_code)
left join items using (plan_version_id)
where versions.valid_to is null
