/*
The documents in the order they are printed.
*/
select *
from chosen
order by period_start, number
