/*
Priced versions of plans; a subscription is pinned to one.

grain: plan_version_id
*/
select
    plan_version_id,
    plan_code,
    version,
    base_price_cents,
    currency,
    status,
    published_at,
    retired_at,
    source_file,
    source_row
from raw.plan_versions
