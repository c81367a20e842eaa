/*
Each accepted observation of a resource: there, or missed, and in which listing.

What no listing covers is known by its URN alone; its row is a placeholder that begins
when a project took it and has no size. A miss is a strike; how many strikes it came to
stands on the row of the first one.

grain: resource_id, observed_at

resource_id: do:<account>:<kind>:<provider id>; ids are never shared between kinds.
observed_at: The listing that showed the change.
account: Provider and account, as resource ids begin.
listing: The listing it was seen in.
kind: Our kind.
provider_id: The provider's id.
is_present: Whether the listing named it.
name: Name.
region: Region slug.
size: Size slug.
size_gb: Size in GB.
status: Status as the provider says.
project_id: The project the resource itself names.
parent_id: The provider's id of the droplet or volume it belongs to.
parent_kind: Kind of that parent.
created_at: When the provider says it was made.
document: The resource as landed.
misses: Complete listings in a row without it, from this one on; 0 = it is there.
previous_at: The listing before.
third_miss_at: The listing of the third strike; null = fewer.
last_at: The last listing of its kind so far.
*/
with observed as (
    select
        account, listing, kinds.kind, provider_id, observed_at, is_present, name,
        region, size, size_gb, status, project_id, parent_id, parent_kind, created_at,
        document
    from staging.resource_documents
    join ref.kinds as kinds using (listing)
    where listing <> ''
    union all
    select
        account, 'project_resources' as listing, kind, provider_id,
        claimed_at as observed_at, project_id is not null as is_present,
        provider_id as name, null as region, null as size, null as size_gb,
        'active' as status, null as project_id, null as parent_id,
        null as parent_kind, assigned_at as created_at, null as document
    from core.project_claims
    where not is_covered
),

numbered as (
    select
        observed.*,
        observed.account || ':' || observed.kind || ':' || observed.provider_id
            as resource_id,
        listings.ordinal,
        listings.previous_at,
        listings.last_at,
        listings.last_ordinal
    from observed
    join core.accepted_listings as listings
        on listings.account = observed.account
        and listings.listing = observed.listing
        and listings.received_at = observed.observed_at
),

counted as (
    select
        *,
        case when is_present then 0 else
            coalesce(
                lead(ordinal) over (partition by resource_id order by observed_at),
                last_ordinal + 1
            ) - ordinal
        end as misses
    from numbered
)

select
    counted.resource_id, counted.observed_at, counted.account, counted.listing,
    counted.kind, counted.provider_id, counted.is_present, counted.name,
    counted.region, counted.size, cast(counted.size_gb as decimal(20, 6)) as size_gb,
    counted.status, counted.project_id, counted.parent_id, counted.parent_kind,
    counted.created_at, counted.document,
    cast(counted.misses as bigint) as misses,
    counted.previous_at,
    thirds.received_at as third_miss_at,
    counted.last_at
from counted
left join core.accepted_listings as thirds
    on counted.misses >= 3
    and thirds.account = counted.account
    and thirds.listing = counted.listing
    and thirds.ordinal = counted.ordinal + 2
