/*
Rows that were set aside when files were loaded, by table, file and row.

subject: quality
grain: table_name, source_file, source_row, reason

table_name: The table the row was meant for.
source_file: SHA-256 of the landed file.
source_row: Row in that file.
reason: What is wrong with it.
raw_text: The row as it came.
*/
select
    table_name,
    source_file,
    source_row,
    reason,
    raw_text
from raw.quarantine
