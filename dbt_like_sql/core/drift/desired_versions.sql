/*
Each time something was asked for: a spec was recorded, or a live value accepted.

Of the same instant the spec comes first: an operator answers what is asked already.

grain: kind, provider_id, spec_version
check: valid_from <= valid_to or valid_to is null
check: origin in ('recorded', 'accepted')

spec_version: 1 for the first.
base_version: The last recorded spec up to this version; null = there is none.
origin: 'recorded' by the platform, or a live value 'accepted' by an operator.
valid_from: From when it is asked for.
valid_to: Until the next version; null = in force.
accepted_field: The field that was accepted.
accepted_value: Its value; null = that it is gone.
recorded_spec: The spec as recorded.
is_readable: Whether a recorded spec is a JSON object with each field once.
*/
with changes as (
    select
        specs.kind, specs.provider_id, specs.recorded_at as changed_at,
        'recorded' as origin, 0 as phase, null as accepted_field,
        null as accepted_value, specs.spec
    from staging.desired_state as specs
    union all
    select
        acceptances.kind, acceptances.provider_id, acceptances.decided_at,
        'accepted', 1, acceptances.field,
        acceptances.actual, null
    from staging.drift_acceptances as acceptances
),

numbered as (
    select
        *,
        row_number() over versions as number,
        lead(changed_at) over versions as next_at
    from changes
    window versions as (
        partition by kind, provider_id order by changed_at, phase, accepted_field
    )
)

select
    kind,
    provider_id,
    cast(number as bigint) as spec_version,
    cast(max(case when phase = 0 then number end) over (
        partition by kind, provider_id order by number
        rows between unbounded preceding and current row
    ) as bigint) as base_version,
    cast(origin as varchar) as origin,
    cast(changed_at as timestamp) as valid_from,
    cast(next_at as timestamp) as valid_to,
    cast(accepted_field as varchar) as accepted_field,
    cast(accepted_value as json) as accepted_value,
    cast(spec as json) as recorded_spec,
    phase = 1 or try_cast(spec as map(varchar, json)) is not null as is_readable
from numbered
