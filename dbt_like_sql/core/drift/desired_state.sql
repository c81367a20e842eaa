/*
What was asked for, version by version, with every field of it.

A version is a spec that was recorded, or a live value that an operator accepted. Of the
same instant the spec comes first: an operator answers what is asked already. An
acceptance replaces one field of the spec in force; a spec recorded later replaces all
of it, accepted fields included: the latest word wins. An empty spec asks for nothing,
which is how a resource is let go.

grain: kind, provider_id, spec_version
check: valid_from <= valid_to or valid_to is null
check: origin in ('recorded', 'accepted')

spec_version: 1 for the first; each recorded spec and each acceptance adds one.
origin: 'recorded' by the platform, or a live value 'accepted' by an operator.
valid_from: From when it is asked for.
valid_to: Until the next version; null = in force.
accepted_field: The field that was accepted; null = the whole spec was recorded.
recorded_spec: The spec as recorded; null = a field was accepted.
is_readable: Whether a recorded spec is a JSON object with each field once.
spec: Every field that is asked for; empty when the recorded spec cannot be read.
*/
with changes as (
    select
        kind, provider_id, recorded_at as changed_at, 'recorded' as origin, 0 as phase,
        null as accepted_field, null as accepted_value, spec as recorded_spec,
        try_cast(spec as map(varchar, json)) as recorded_fields
    from staging.desired_state
    union all
    select
        kind, provider_id, decided_at, 'accepted', 1, field, actual, null, null
    from staging.drift_acceptances
),

numbered as (
    select
        *,
        row_number() over versions as spec_version,
        lead(changed_at) over versions as next_at
    from changes
    window versions as (
        partition by kind, provider_id order by changed_at, phase, accepted_field
    )
),

versions as (
    select
        *,
        -- The last recorded spec up to this version; null = there is none.
        max(case when origin = 'recorded' then spec_version end) over (
            partition by kind, provider_id order by spec_version
            rows between unbounded preceding and current row
        ) as base_version
    from numbered
),

entries as (
    select
        kind, provider_id, spec_version,
        unnest(map_entries(recorded_fields)) as entry
    from versions
),

said as (
    select kind, provider_id, spec_version, entry.key as field, entry.value as value
    from entries
    union all
    select kind, provider_id, spec_version, accepted_field, accepted_value
    from versions
    where origin = 'accepted'
),

asked as (
    select
        versions.kind, versions.provider_id, versions.spec_version,
        said.field, said.value
    from versions
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
    cast(versions.spec_version as bigint) as spec_version,
    cast(versions.origin as varchar) as origin,
    cast(versions.changed_at as timestamp) as valid_from,
    cast(versions.next_at as timestamp) as valid_to,
    cast(versions.accepted_field as varchar) as accepted_field,
    cast(versions.recorded_spec as json) as recorded_spec,
    versions.origin = 'accepted' or versions.recorded_fields is not null as is_readable,
    cast(coalesce(cast(specs.fields as json), '{}') as json) as spec
from versions
left join specs using (kind, provider_id, spec_version)
