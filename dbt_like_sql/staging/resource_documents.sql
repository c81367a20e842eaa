/*
What the provider said about one resource at one instant, with names and types.

The listings spell the same fact in several ways; here it has one column. A value that
is no plain number or time is null. A `created_at` before 2010 is nonsense (the provider
is younger), and would start a resource before every calendar.

grain: account, listing, provider_id, observed_at

account: Provider and account, as resource ids begin: `do:main`.
listing: The listing that showed it.
provider_id: The provider's id in that listing.
observed_at: The run's now of the listing.
is_present: Whether the listing names it.
name: Its name; some things have only an id.
region: Region slug.
size: Size slug, or units of a load balancer.
size_gb: Disk or stored size in GB; null = not told, not plain or not believable.
status: Status as the provider says; things without one are `active`.
project_id: The project the resource itself names, where it does.
parent_id: The provider's id of the droplet or volume it belongs to.
parent_kind: Kind of that parent.
created_at: When the provider says it was made.
assigned_at: When a project took it, in the listing of project resources.
document: The resource as landed.
source_row: Line in that listing.
*/
with texts as (
    select
        observations.*,
        document is not null as is_present,
        json_type(document, '$.region') = 'VARCHAR' as has_plain_region,
        json_type(document, '$.size') = 'VARCHAR' as has_plain_size,
        json_type(document, '$.status') = 'OBJECT' as has_nested_status,
        try_cast(json_extract_string(document, case kind
            when 'droplets' then '$.disk'
            when 'databases' then '$.storage_size_mib'
            else '$.size_gigabytes'
        end) as decimal(20, 6)) as told_size,
        cast(try_cast(coalesce(json_extract_string(document, '$.created_at'),
            json_extract_string(document, '$.reserved_at')) as timestamptz)
            as timestamp) as told_created_at
    from raw.observations as observations
    join ref.clock as clock on observations.observed_at <= clock.now_at
)

select
    cast(case when strpos(account, ':') > 0 then account else 'do:' || account end
        as varchar) as account,
    kind as listing,
    provider_id,
    observed_at,
    is_present,
    cast(coalesce(
        json_extract_string(document, '$.name'),
        json_extract_string(document, '$.spec.name'),
        provider_id
    ) as varchar) as name,
    cast(coalesce(
        json_extract_string(document, '$.region.slug'),
        case when has_plain_region then json_extract_string(document, '$.region') end,
        json_extract_string(document, '$.regions[0]'),
        json_extract_string(document, '$.region_slug')
    ) as varchar) as region,
    cast(coalesce(
        json_extract_string(document, '$.size_slug'),
        json_extract_string(document, '$.tier_slug'),
        case when has_plain_size then json_extract_string(document, '$.size') end,
        json_extract_string(document, '$.size_unit')
    ) as varchar) as size,
    cast(case
        when told_size not between 0 and 100000000 then null
        when kind = 'databases' then told_size * 0.0009765625
        else told_size
    end as decimal(20, 6)) as size_gb,
    cast(case
        when kind = 'reserved_ips' and json_extract_string(document, '$.droplet.id')
            is null then 'unassigned'
        when kind = 'reserved_ips' then 'assigned'
        when has_nested_status then json_extract_string(document, '$.status.state')
        else coalesce(json_extract_string(document, '$.status'), 'active')
    end as varchar) as status,
    cast(json_extract_string(document, '$.project_id') as varchar) as project_id,
    cast(coalesce(
        json_extract_string(document, '$.droplet_id'),
        json_extract_string(document, '$.resource_id'),
        json_extract_string(document, '$.droplet.id')
    ) as varchar) as parent_id,
    cast(coalesce(json_extract_string(document, '$.resource_type'), 'droplet')
        as varchar) as parent_kind,
    cast(nullif(greatest(told_created_at, timestamp '2010-01-01'),
        timestamp '2010-01-01') as timestamp) as created_at,
    cast(try_cast(json_extract_string(document, '$.assigned_at') as timestamptz)
        as timestamp) as assigned_at,
    document,
    source_file,
    source_row
from texts
