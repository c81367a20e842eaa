/*
Lines of the file that have no columns, in their order.
*/
create or replace temp table torn as
select
    line - 1 as source_row,
    any_value(error_message) as reason,
    any_value(csv_line) as raw_text,
    row_number() over (order by line) as ordinal
from temp.invoice_rejects
group by line
