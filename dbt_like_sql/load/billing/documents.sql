/*
The documents of landed listings, each with the receipt it belongs to.

The parameters are paths, then account, subject and hash of each listing. A landed
listing is sorted by id, so the order of ids is the order of its rows.
*/
with documents as (
    select
        parse_filename(filename) as name,
        id,
        body,
        row_number() over (partition by filename order by id) as source_row
    from read_ndjson(?, columns = {id: 'VARCHAR', body: 'JSON'}, filename = true)
),

files as (
    select
        unnest(?) as account,
        unnest(?) as subject,
        unnest(?) as sha256
)

select
    files.account,
    files.subject,
    files.sha256 as source_file,
    documents.source_row,
    documents.id,
    documents.body
from documents
join files on split_part(documents.name, '.', 1) = files.sha256
