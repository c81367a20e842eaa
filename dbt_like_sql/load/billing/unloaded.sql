/*
Landed answers of a kind that are not loaded yet.

What a killed transaction left would be found again; nothing is loaded twice.
*/
select distinct
    account,
    subject,
    sha256,
    suffix
from raw.receipts as receipts
where
    kind = ?
    and is_complete
    and not exists (
        select 1
        from raw.billing_files as files
        where
            files.kind = receipts.kind
            and files.account = receipts.account
            and files.subject = receipts.subject
            and files.sha256 = receipts.sha256
    )
order by all
