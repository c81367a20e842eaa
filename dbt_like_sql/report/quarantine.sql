/*
Rows that could not be used; they wait until their source is mended.

title: Rows set aside
nothing: No row had to be set aside.
*/
select
    table_name,
    reason,
    cast(count(*) as bigint) as rows,
    min(raw_text) as for_example
from marts.quarantine
group by table_name, reason
order by rows desc, table_name, reason
