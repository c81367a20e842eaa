/*
Items of a listing that could not be kept. The same one comes with every look; one row
tells it.
*/
insert into raw.quarantine
with rejected as (
    select
        'landing.' || kind as table_name,
        case when sha256 <> '' then sha256 else path end as source_file,
        unnest(rejected) as item
    from temp.incoming_receipts
    where len(rejected) > 0
)

select distinct on (table_name, source_file, item.position, item.reason)
    table_name,
    source_file,
    item.position,
    item.reason,
    left(item.raw_text, 2000)
from rejected
where not exists (
    select 1
    from raw.quarantine as known
    where
        known.table_name = rejected.table_name
        and known.source_file = rejected.source_file
        and known.source_row = rejected.item.position
        and known.reason = rejected.item.reason
)
