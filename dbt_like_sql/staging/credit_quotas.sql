/*
Quotas by tier; empty = no cap.

grain: tier
*/
select
    tier,
    lifetime,
    gemini_cap_lifetime,
    monthly,
    gemini_cap_monthly,
    source_file,
    source_row
from raw.credit_quotas
