/*
What happened to each resource, in words, as it was learned.

grain: resource_id, happened_at, event

resource_id: The resource.
event: discovered, changed, moved, missed, stale or back.
happened_at: When; a stale event is told by the third listing without the resource.
detail: What changed, from what to what.
*/
with states as (
    select
        *,
        lag(name) over history as old_name,
        lag(region) over history as old_region,
        lag(size) over history as old_size,
        lag(size_gb) over history as old_size_gb,
        lag(status) over history as old_status,
        lag(parent_id) over history as old_parent_id,
        row_number() over history = 1 as is_first
    from core.resource_states
    window history as (partition by resource_id, lifetime order by valid_from)
),

owners as (
    select
        resource_id, valid_from, project_id,
        lag(project_id) over history as old_project_id,
        lag(valid_to) over history as old_valid_to
    from core.resources
    window history as (partition by resource_id order by valid_from)
),

returns as (
    select
        *,
        lag(misses) over (partition by resource_id order by observed_at) as old_misses
    from core.resource_sightings
),

events as (
    select resource_id, case lifetime when 1 then 'discovered' else 'back' end as event,
        first_seen_at as happened_at, 'since ' || cast(started_at as varchar) as detail
    from core.resource_lifetimes
    union all
    select resource_id, 'changed', valid_from, concat_ws(
        ', ',
        case when name is distinct from old_name
            then concat('name ', old_name, ' -> ', name) end,
        case when region is distinct from old_region
            then concat('region ', old_region, ' -> ', region) end,
        case when size is distinct from old_size
            then concat('size ', old_size, ' -> ', size) end,
        case when size_gb is distinct from old_size_gb
            then concat('GB ', old_size_gb, ' -> ', size_gb) end,
        case when status is distinct from old_status
            then concat('status ', old_status, ' -> ', status) end,
        case when parent_id is distinct from old_parent_id
            then concat('parent ', old_parent_id, ' -> ', parent_id) end
    )
    from states
    where not is_first
    union all
    select resource_id, 'moved', valid_from,
        concat('project ', old_project_id, ' -> ', project_id)
    from owners
    where old_valid_to = valid_from and old_project_id <> project_id
    union all
    select resource_id, 'missed', observed_at, 'a complete listing does not name it'
    from core.resource_sightings
    where not is_present
    union all
    select resource_id, 'stale', third_miss_at,
        'gone since ' || cast(observed_at as varchar)
    from core.resource_sightings
    where third_miss_at is not null
    union all
    select resource_id, 'back', observed_at, concat('after ', old_misses, ' misses')
    from returns
    where is_present and old_misses between 1 and 2
)

select
    resource_id,
    event,
    cast(happened_at as timestamp) as happened_at,
    cast(detail as varchar) as detail
from events
