/*
How far each receipt file was read, and where its new lines are put.
*/
create table if not exists ops.receipt_files (
    path varchar not null,
    bytes_loaded bigint not null
);

create or replace temp table incoming_receipts (
    account varchar,
    kind varchar,
    subject varchar,
    received_at timestamp,
    sha256 varchar,
    suffix varchar,
    items bigint,
    is_complete boolean,
    problem varchar,
    request_ids varchar,
    missing json,
    rejected struct(position bigint, reason varchar, raw_text varchar)[],
    path varchar,
    place bigint
);
