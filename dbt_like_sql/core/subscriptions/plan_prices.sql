/*
What a plan costs at each moment: the version in force from when to when.

Versions in force with their plan's name and a closed end, so that a price is found by
one comparison.

grain: plan_code, valid_from
check: valid_from < valid_to

plan_name: Name on documents.
plan_version_id: The version in force.
base_price_cents: Price of a whole period.
currency: Its currency.
valid_from: First instant.
valid_to: First instant after; the year 9999 when open.
*/
select
    versions.plan_code,
    cast(coalesce(plans.name, versions.plan_code) as varchar) as plan_name,
    versions.plan_version_id,
    versions.base_price_cents,
    versions.currency,
    versions.valid_from,
    cast(coalesce(versions.valid_to, timestamp '9999-12-31') as timestamp) as valid_to
from core.versions_in_force as versions
left join staging.plans as plans on versions.plan_code = plans.plan_code
