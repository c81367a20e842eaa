/*
The version in force of a plan, or the version itself when one is named.
*/
select plan_version_id
from core.versions_in_force
where plan_code = $plan and valid_to is null
union all
select plan_version_id
from raw.plan_versions
where plan_version_id = $plan
