/*
The new receipts; those of the listings that are given wait to be compared.
*/
insert into raw.receipts
select
    account,
    kind,
    subject,
    received_at,
    sha256,
    suffix,
    items,
    is_complete,
    problem,
    request_ids,
    missing,
    case
        when not is_complete then 'incomplete'
        when list_contains($listings, kind) and subject = '' then 'pending'
        else 'accepted'
    end
from temp.new_receipts
