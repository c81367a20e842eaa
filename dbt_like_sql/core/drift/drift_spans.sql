/*
From when to when a field differed from what was asked, without a break.

An acceptance ends it, even when the value that was accepted is not what was there:
then another begins at once.

grain: resource_id, field, span_number
check: opened_at <= closed_at or closed_at is null

span_number: 1 for the first of the field.
opened_at: The instant from which it differed.
closed_at: The instant from which it did not; null = it differs.
last_point_number: The last point at which it differed.
is_reopened: Whether it began with an acceptance.
is_accepted: Whether an acceptance ended it.
*/
with steps as (
    select
        fields.resource_id,
        fields.field,
        fields.point_number,
        fields.is_different,
        points.happened_at,
        points.until_at,
        coalesce(versions.accepted_field = fields.field, false) as is_answer
    from core.drift_fields as fields
    join core.drift_points as points
        on points.resource_id = fields.resource_id
        and points.point_number = fields.point_number
    left join core.desired_state as versions
        on points.is_acceptance
        and versions.kind = points.kind
        and versions.provider_id = points.provider_id
        and versions.spec_version = points.spec_version
),

marked as (
    select
        *,
        -- A point without the field lies between: it was not asked for.
        not coalesce(
            lag(is_different) over steps
            and lag(point_number) over steps = point_number - 1
            and not is_answer,
            false
        ) as is_first,
        coalesce(
            lead(is_answer) over steps
            and lead(point_number) over steps = point_number + 1,
            false
        ) as is_answered
    from steps
    window steps as (partition by resource_id, field order by point_number)
),

numbered as (
    select
        *,
        sum(case when is_first then 1 else 0 end) over (
            partition by resource_id, field order by point_number
        ) as number
    from marked
    where is_different
)

select
    resource_id,
    field,
    cast(number as bigint) as span_number,
    cast(min(happened_at) as timestamp) as opened_at,
    cast(case when bool_and(until_at is not null) then max(until_at) end as timestamp)
        as closed_at,
    cast(max(point_number) as bigint) as last_point_number,
    cast(bool_or(is_first and is_answer) as boolean) as is_reopened,
    cast(bool_or(is_answered) as boolean) as is_accepted
from numbered
group by resource_id, field, number
