/*
Files that no receipt names any more: a later answer of the same instant stands in
their place, and a rebuild would not load them.
*/
create or replace temp table replaced_files as
select
    account,
    subject,
    sha256
from raw.billing_files as files
where
    kind = 'invoice_csv'
    and not exists (
        select 1
        from raw.receipts as receipts
        where
            receipts.kind = files.kind
            and receipts.account = files.account
            and receipts.subject = files.subject
            and receipts.sha256 = files.sha256
    )
