/*
The platform itself calls at most one version of a plan active.

Here the one published last counts, so nothing stops; there it is a question.

on: core.versions_in_force
warn: yes
*/
select plan_code, string_agg(plan_version_id, ', ' order by version) as versions
from staging.plan_versions
where status = 'active'
group by plan_code
having count(*) > 1
