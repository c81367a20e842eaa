/*
What plan versions include of each billing kind, as the catalog says.

subject: catalog
grain: plan_version_id, billing_kind

plan_version_id: The version.
billing_kind: What is measured.
included_quantity: Allowance of a whole month.
overage_unit_size: Size of a block of overage.
unit_rounding: Whether a begun block counts whole.
overage_unit_price_cents: Price of a block.
hard_cap_quantity: Quantity beyond which nothing is charged.
allowance_policy: Whether a part of a month has the whole allowance.
*/
select
    plan_version_id,
    billing_kind,
    included_quantity,
    overage_unit_size,
    unit_rounding,
    overage_unit_price_cents,
    hard_cap_quantity,
    allowance_policy
from raw.plan_items
