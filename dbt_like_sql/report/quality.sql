/*
What was found odd on the way, the most frequent first.

title: Data quality
nothing: Nothing odd was found.
*/
select
    replace(finding, '_', ' ') as finding,
    area,
    cast(count(*) as bigint) as cases,
    min(detail) as for_example,
    max(happened_at) as last_at
from marts.data_quality
group by all
order by cases desc, finding, area
