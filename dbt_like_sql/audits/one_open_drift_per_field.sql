/*
A field of a resource has at most one open drift.

on: marts.open_drift
*/
select resource_id, field, count(*) as drifts
from marts.open_drift
group by resource_id, field
having count(*) > 1
