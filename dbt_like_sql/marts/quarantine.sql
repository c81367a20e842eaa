/*
Every row that was set aside: what it said, where it stands, why it is not used.

Nothing is dropped and nothing is guessed. A row leaves this table when its source is
mended, or when what made it unusable (an unknown tier, say) becomes known.

subject: quality
grain: table_name, source_file, source_row, reason

table_name: The table the row was meant for.
source_file: SHA-256 of the landed file.
source_row: Row in that file.
reason: What is wrong with it.
raw_text: The row as it came, cut to 2,000 characters.
*/
select table_name, source_file, source_row, reason, raw_text
from staging.quarantine
union all
select table_name, source_file, source_row, reason, raw_text
from core.credit_quarantine
