/*
What was asked of each field and what was there, at each point.

A field is looked for among what every resource has, then in its document. What is in
neither, or belongs to a resource that is gone, is null.

grain: resource_id, field, point_number

field: The field of the spec.
point_number: The point.
desired: What was asked for.
actual: What was there; null = nothing.
comparator: How the two are compared.
*/
with asked as (
    select
        kind,
        provider_id,
        spec_version,
        unnest(map_entries(cast(spec as map(varchar, json)))) as entry
    from core.desired_state
),

lives as (
    select
        points.resource_id,
        points.point_number,
        asked.entry.key as field,
        asked.entry.value as desired,
        comparators.comparator,
        live.resource_id is not null as is_there,
        case asked.entry.key
            when 'name' then to_json(live.name)
            when 'region' then to_json(live.region)
            when 'size' then to_json(live.size)
            when 'size_slug' then to_json(live.size)
            when 'size_gb' then to_json(live.size_gb)
            when 'status' then to_json(live.status)
            when 'project_id' then to_json(live.project_id)
            when 'tenant_id' then to_json(live.tenant_id)
            when 'deployment_id' then to_json(live.deployment_id)
            when 'role' then to_json(live.role)
            when 'parent_id' then to_json(live.parent_id)
        end as column_value,
        -- An interval of core.resources keeps only its last document.
        try_cast(
            coalesce(seen.document, cast(live.document as json)) as map(varchar, json)
        )
            as document
    from core.drift_points as points
    join asked
        on asked.kind = points.kind
        and asked.provider_id = points.provider_id
        and asked.spec_version = points.spec_version
    left join core.resources as live
        on live.resource_id = points.resource_id
        and live.valid_from = points.live_from
    left join core.resource_sightings as seen
        on seen.resource_id = points.resource_id
        and seen.observed_at = points.document_at
    left join ref.drift_comparators as comparators
        on comparators.kind = points.kind
        and comparators.field = asked.entry.key
)

select
    resource_id,
    cast(field as varchar) as field,
    point_number,
    cast(desired as json) as desired,
    cast(case when is_there then coalesce(column_value, document[field]) end as json)
        as actual,
    cast(coalesce(comparator, 'loose') as varchar) as comparator
from lives
