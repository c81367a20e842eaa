/*
What became of each listing and its rows.

The parameters are the kind, then account, subject and hash of each listing.
*/
insert into raw.billing_files
with given as (
    select
        ? as kind,
        unnest(?) as account,
        unnest(?) as subject,
        unnest(?) as sha256
)

select
    given.account,
    given.kind,
    given.subject,
    given.sha256,
    count(listed.source_row),
    count(*) filter (where listed.reason <> ''),
    null
from given
left join temp.listed as listed
    on listed.source_file = given.sha256
    and listed.account = given.account
    and listed.subject = given.subject
group by all
