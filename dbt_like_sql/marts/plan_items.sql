/*
What each plan includes now, and what more of it costs.

grain: plan_code, billing_kind

plan_version_id: The version in force.
hard_cap_quantity: Quantity beyond which nothing is charged; null = none.
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
