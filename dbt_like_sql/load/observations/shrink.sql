/*
How many of the last accepted listing there were, how many of them are gone from the
table that is named, and how many that one holds.
*/
with listed as (
    select distinct identity
    from query_table($listed)
),

known as (
    select distinct identity
    from temp.base
)

select
    count(*) as known,
    count(*) filter (where listed.identity is null) as gone,
    (select count(*) from listed) as held
from known
left join listed on listed.identity = known.identity
