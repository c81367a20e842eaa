/*
Days on which a complete and accepted listing of a kind was seen.

On other days the last observed state holds, and what is metered says so. What only
URNs name is observed through the members of the projects.

grain: day, kind

day: The day, UTC.
kind: Resource kind.
*/
with listed as (
    select distinct listing, cast(received_at as date) as day
    from core.accepted_listings
),

kinds as (
    select kind, listing from ref.kinds where listing <> ''
    union all
    select distinct kind, 'project_resources' as listing
    from core.project_members
    where resource_id is not null and not is_covered
)

select distinct listed.day, kinds.kind
from listed
join kinds on kinds.listing = listed.listing
