/*
What a listing changed: a document of null is a resource that is gone.

The parameters are account, kind, when it was seen, and the listing's hash.
*/
insert into raw.observations
select
    ?,
    ?,
    coalesce(candidate.provider_id, base.provider_id),
    ?,
    candidate.document,
    ?,
    coalesce(candidate.source_row, 0)
from temp.candidate as candidate
full join temp.base as base on base.provider_id = candidate.provider_id
where
    cast(base.document as varchar) is distinct from cast(candidate.document as varchar)
order by 3
