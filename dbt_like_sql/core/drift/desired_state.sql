/*
What was asked for, version by version, with every field of it.

An acceptance replaces one field of the spec in force; a spec recorded later replaces
all of it, accepted fields included: the latest word wins. An empty spec asks for
nothing, which is how a resource is let go.

grain: kind, provider_id, spec_version

spec_version: 1 for the first; each recorded spec and each acceptance adds one.
accepted_field: The field that was accepted; null = the whole spec was recorded.
spec: Every field that is asked for; empty when the recorded spec cannot be read.
*/
with entries as (
    select
        kind,
        provider_id,
        spec_version,
        unnest(map_entries(try_cast(recorded_spec as map(varchar, json)))) as entry
    from core.desired_versions
    where origin = 'recorded'
),

said as (
    select kind, provider_id, spec_version, entry.key as field, entry.value as value
    from entries
    union all
    select kind, provider_id, spec_version, accepted_field, accepted_value
    from core.desired_versions
    where origin = 'accepted'
),

asked as (
    select
        versions.kind, versions.provider_id, versions.spec_version,
        said.field, said.value
    from core.desired_versions as versions
    join said
        on said.kind = versions.kind
        and said.provider_id = versions.provider_id
        and said.spec_version between versions.base_version and versions.spec_version
    qualify row_number() over (
        partition by
            versions.kind, versions.provider_id, versions.spec_version, said.field
        order by said.spec_version desc
    ) = 1
),

specs as (
    select
        kind,
        provider_id,
        spec_version,
        map_from_entries(list((field, value) order by field)) as fields
    from asked
    group by kind, provider_id, spec_version
)

select
    versions.kind,
    versions.provider_id,
    versions.spec_version,
    versions.origin,
    versions.valid_from,
    versions.valid_to,
    versions.accepted_field,
    cast(coalesce(cast(specs.fields as json), '{}') as json) as spec
from core.desired_versions as versions
left join specs using (kind, provider_id, spec_version)
