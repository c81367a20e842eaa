/*
What the cells of each asked row sum to; nothing when one of them is not known.

shown: no
*/
select
    asked_row,
    case when count(margin_cents) = count(*) then sum(margin_cents) end as margin_cents
from summed
group by asked_row
