/*
What each plan includes now, and what more of it costs.

subject: catalog
grain: plan_code, billing_kind

plan_code: The plan.
plan_version_id: The version in force.
billing_kind: What is measured.
included_quantity: Allowance of a whole month.
overage_unit_size: Size of a block of overage.
unit_rounding: Whether a begun block counts whole.
overage_unit_price_cents: Price of a block.
currency: Currency of the price.
hard_cap_quantity: Quantity beyond which nothing is charged; null = none.
allowance_policy: Whether a part of a month has the whole allowance.
*/
select
    plans.plan_code,
    plans.plan_version_id,
    items.billing_kind,
    items.included_quantity,
    items.overage_unit_size,
    items.unit_rounding,
    items.overage_unit_price_cents,
    plans.currency,
    items.hard_cap_quantity,
    items.allowance_policy
from marts.plans as plans
join staging.plan_items as items using (plan_version_id)
