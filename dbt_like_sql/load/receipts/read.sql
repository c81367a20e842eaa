/*
The lines of a receipt file: its name is the first parameter, its path the second.
*/
insert into temp.incoming_receipts
select
    account,
    kind,
    coalesce(subject, ''),
    cast(cast(received_at as timestamptz) as timestamp),
    coalesce(sha256, ''),
    suffix,
    items,
    is_complete,
    problem,
    -- Of a whole answer nobody asks them back; they stay in the landing.
    case when not is_complete then cast(request_ids as varchar) end,
    missing,
    rejected,
    ?,
    row_number() over ()
from read_ndjson(?, columns = {
    account: 'VARCHAR',
    kind: 'VARCHAR',
    subject: 'VARCHAR',
    received_at: 'VARCHAR',
    sha256: 'VARCHAR',
    suffix: 'VARCHAR',
    items: 'BIGINT',
    is_complete: 'BOOLEAN',
    problem: 'VARCHAR',
    request_ids: 'JSON',
    missing: 'JSON',
    rejected: 'STRUCT(position BIGINT, reason VARCHAR, raw_text VARCHAR)[]'
})
