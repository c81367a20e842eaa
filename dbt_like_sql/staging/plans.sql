/*
Plans by code, as the platform or the default catalog names them.

grain: plan_code
*/
select plan_code, name
from raw.plans
