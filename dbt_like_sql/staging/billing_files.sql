/*
Landed files of billing, and what became of their rows.

grain: account, kind, subject, sha256
*/
select
    account,
    kind,
    subject,
    sha256,
    rows_read,
    rows_quarantined,
    problem
from raw.billing_files
