/*
The rows of replaced files, loaded or set aside, and the note of them.
*/
delete from raw.invoice_lines as lines using temp.replaced_files as files
where
    lines.invoice_uuid = files.subject
    and lines.version = files.sha256;

delete from raw.billing_files as known using temp.replaced_files as files
where
    known.kind = 'invoice_csv'
    and known.account = files.account
    and known.subject = files.subject
    and known.sha256 = files.sha256;

delete from raw.quarantine as rows using temp.replaced_files as files
where
    rows.table_name = 'raw.invoice_lines'
    and rows.source_file = files.sha256
    and files.sha256 not in (select sha256 from raw.billing_files);
