/*
What was asked of the provider, to be compared with what is there, as known at now.

grain: kind, provider_id, recorded_at
*/
select
    desired_state.kind,
    desired_state.provider_id,
    desired_state.spec,
    desired_state.recorded_at,
    desired_state.source_file,
    desired_state.source_row
from raw.desired_state as desired_state
join ref.clock as clock on desired_state.recorded_at <= clock.now_at
