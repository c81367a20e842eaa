/*
A plan is sold in one version: the source names no second active one beside it.

on: core.versions_in_force
*/
select plan_code, count(*) as versions
from core.versions_in_force
where valid_to is null
group by plan_code
having count(*) > 1
