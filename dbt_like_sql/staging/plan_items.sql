/*
What plan versions include of each billing kind, as the catalog says.

grain: plan_version_id, billing_kind
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
