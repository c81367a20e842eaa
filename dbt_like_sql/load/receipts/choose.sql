/*
The receipts that are new, or say more than the one that is known.

A run that was killed and repeated leaves two receipts of one instant. The last complete
one counts; a failure never hides an answer, and an answer that says the same again
changes nothing.
*/
create or replace temp table new_receipts as
with latest as (
    select *
    from temp.incoming_receipts
    qualify row_number() over (
        partition by account, kind, subject, received_at
        order by is_complete desc, place desc
    ) = 1
)

select latest.*
from latest
left join raw.receipts as known using (account, kind, subject, received_at)
where
    known.account is null
    or not known.is_complete
    or (latest.is_complete and latest.sha256 <> known.sha256)
