/*
Which fields differed from what was asked, at each point.

grain: resource_id, field, point_number

is_different: Whether the two do not count as the same.
*/
select
    states.resource_id,
    states.field,
    states.point_number,
    states.desired,
    states.actual,
    -- Values with the same text have no form and need none.
    coalesce(wanted.form, 'null') <> coalesce(found.form, 'null') as is_different
from core.field_states as states
left join core.drift_forms as wanted
    on cast(states.desired as varchar) is distinct from cast(states.actual as varchar)
    and wanted.comparator = states.comparator
    and wanted.value = cast(states.desired as varchar)
left join core.drift_forms as found
    on cast(states.desired as varchar) is distinct from cast(states.actual as varchar)
    and found.comparator = states.comparator
    and found.value = cast(states.actual as varchar)
