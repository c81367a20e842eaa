/*
Plans by code, as the platform or the default catalog names them.

subject: catalog
grain: plan_code

plan_code: The plan.
name: Name on documents.
*/
select plan_code, name
from raw.plans
