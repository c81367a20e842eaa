/*
Rows that were set aside when files were loaded, by table, file and row.

grain: table_name, source_file, source_row, reason

raw_text: The row as it came.
*/
select
    table_name,
    source_file,
    source_row,
    reason,
    raw_text
from raw.quarantine
