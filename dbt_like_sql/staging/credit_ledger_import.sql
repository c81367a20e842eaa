/*
Rows of the old credit ledger, read whole or not at all.

grain: install_id
*/
select
    install_id,
    tier_snapshot,
    lifetime_consumed,
    lifetime_gemini_consumed,
    monthly_consumed,
    monthly_gemini_consumed,
    last_renewal_at,
    anniversary_day,
    month,
    last_active_at,
    source_file,
    source_row
from raw.credit_ledger_import
