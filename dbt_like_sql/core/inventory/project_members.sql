/*
What each project said it contains, with its URNs understood.

A type that nobody knows is kept as a kind of its own. An `image` is a snapshot, or a
backup when only the backups know its id. A member the provider calls `not_found` is
gone. URNs that no listing covers are the only trace of their resource.

grain: account, project_id, urn, observed_at

account: Provider and account, as resource ids begin.
project_id: The project that names it.
urn: The name as given.
urn_type: The type in do:<type>:<id>; empty when the URN is broken.
resource_id: The resource it means; null when the URN is broken.
kind: Its kind.
provider_id: Its id.
is_known_type: Whether the type has an alias.
is_covered: Whether a listing of its own shows this kind.
is_claimed: Whether the project has it now.
assigned_at: When the project took it, as the provider says.
observed_at: The listing that showed it.
ordinal: Number of that listing.
previous_at: The listing before.
third_previous_at: The third listing before.
last_ordinal: Number of the last listing so far.
*/
with named as (
    select
        documents.*,
        split_part(documents.provider_id, '|', 1) as member_of,
        substr(documents.provider_id, strpos(documents.provider_id, '|') + 1) as urn,
        listings.ordinal,
        listings.previous_at,
        listings.third_previous_at,
        listings.last_ordinal,
        documents.is_present and documents.status <> 'not_found' as is_claimed
    from staging.resource_documents as documents
    join core.accepted_listings as listings
        on listings.account = documents.account
        and listings.listing = documents.listing
        and listings.received_at = documents.observed_at
    where documents.listing = 'project_resources'
),

split as (
    select
        *,
        lower(regexp_extract(urn, '(?s)^do:([^:]+):(.+)$', 1)) as urn_type,
        regexp_extract(urn, '(?s)^do:([^:]+):(.+)$', 2) as urn_id
    from named
),

images as (
    select account, provider_id, min(listing) = 'backups' as is_backup_only
    from staging.resource_documents
    where listing in ('snapshots', 'backups')
    group by account, provider_id
    having min(listing) = max(listing)
),

resolved as (
    select
        split.*,
        aliases.kind is not null as is_known_type,
        case
            when split.urn_type = 'image' and images.is_backup_only
                then 'droplet_backup'
            else coalesce(aliases.kind, split.urn_type)
        end as resource_kind
    from split
    left join ref.urn_kinds as aliases on aliases.urn_type = split.urn_type
    left join images
        on images.account = split.account and images.provider_id = split.urn_id
)

select
    resolved.account,
    resolved.member_of as project_id,
    resolved.urn,
    resolved.urn_type,
    cast(case when resolved.urn_type <> '' then
        resolved.account || ':' || resolved.resource_kind || ':' || resolved.urn_id end
        as varchar) as resource_id,
    cast(resolved.resource_kind as varchar) as kind,
    resolved.urn_id as provider_id,
    resolved.is_known_type,
    cast(coalesce(kinds.listing, '') <> '' as boolean) as is_covered,
    resolved.is_claimed,
    resolved.assigned_at,
    resolved.observed_at,
    resolved.ordinal,
    resolved.previous_at,
    resolved.third_previous_at,
    resolved.last_ordinal
from resolved
left join ref.kinds as kinds on kinds.kind = resolved.resource_kind
