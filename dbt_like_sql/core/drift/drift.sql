/*
Fields that were not as asked: one row from when a field differed until it did not.

Derived whole from what was seen, asked and accepted, so that downtime loses nothing
and replaying gives the same rows. An acceptance ends a drift, even when the value that
was accepted is not what was there: then another begins at once. Nothing is ever put
back by the pipeline itself; `reverted` is a status that nothing sets yet.

grain: drift_id
check: status in ('open', 'accepted', 'reverted', 'stale')
check: (status = 'open') = (closed_at is null)
check: opened_at <= closed_at or closed_at is null

drift_id: Derived from the resource, the field and when it began.
field: The field.
desired: What was asked for, as JSON.
actual: What was there instead, as JSON; null = nothing.
status: open; accepted by an operator; stale when it did not differ any more.
opened_at: The instant from which it differed.
closed_at: The instant from which it did not; null = it differs.
spec_version: The version of the spec it differed from.
monthly_cost_delta_cents: What it costs a month more than what was asked for;
    null = no price is known for it.
currency: The provider's currency.
*/
with steps as (
    select
        fields.resource_id,
        fields.field,
        fields.point_number,
        fields.is_different,
        points.happened_at,
        points.until_at,
        coalesce(points.accepted_field = fields.field, false) as is_answer
    from core.drift_fields as fields
    join core.drift_points as points
        on points.resource_id = fields.resource_id
        and points.point_number = fields.point_number
),

marked as (
    select
        *,
        -- A point without the field lies between: it was not asked for.
        not coalesce(
            lag(is_different) over field
            and lag(point_number) over field = point_number - 1
            and not is_answer,
            false
        ) as is_first,
        coalesce(
            lead(is_answer) over field
            and lead(point_number) over field = point_number + 1,
            false
        ) as is_answered
    from steps
    window field as (partition by resource_id, field order by point_number)
),

numbered as (
    select
        *,
        sum(case when is_first then 1 else 0 end) over (
            partition by resource_id, field order by point_number
        ) as span_number
    from marked
    where is_different
),

spans as (
    select
        resource_id,
        field,
        min(happened_at) as opened_at,
        case when bool_and(until_at is not null) then max(until_at) end as closed_at,
        max(point_number) as last_point_number,
        bool_or(is_first and is_answer) as is_reopened,
        bool_or(is_answered) as is_accepted
    from numbered
    group by resource_id, field, span_number
),

-- What was asked for and what was there, at the last point at which the two differed.
told as (
    select
        spans.*,
        points.kind,
        points.provider_id,
        points.spec_version,
        fields.desired,
        fields.actual,
        regexp_extract(spans.resource_id, '^[^:]*:[^:]*') as account,
        points.kind = 'droplet' and spans.field in ('size', 'size_slug') as is_priced
    from spans
    join core.drift_points as points
        on points.resource_id = spans.resource_id
        and points.point_number = spans.last_point_number
    join core.drift_fields as fields
        on fields.resource_id = spans.resource_id
        and fields.field = spans.field
        and fields.point_number = spans.last_point_number
),

priced as (
    select
        told.*,
        found.price_monthly_micros - wanted.price_monthly_micros as delta_micros,
        coalesce(found.currency, 'USD') as price_currency
    from told
    left join core.size_prices as wanted
        on told.is_priced
        and wanted.account = told.account
        and wanted.slug = json_extract_string(told.desired, '$')
    left join core.size_prices as found
        on told.is_priced
        and found.account = told.account
        and found.slug = json_extract_string(told.actual, '$')
        and found.currency = wanted.currency
)

select
    cast(left(md5(concat_ws(
        chr(31), resource_id, field, opened_at, case when is_reopened then 'again' end
    )), 16) as varchar) as drift_id,
    resource_id,
    kind,
    provider_id,
    field,
    desired,
    actual,
    cast(case
        when closed_at is null then 'open' when is_accepted then 'accepted'
        else 'stale'
    end as varchar) as status,
    opened_at,
    closed_at,
    spec_version,
    cast(rounded_to(delta_micros, 10000) as bigint) as monthly_cost_delta_cents,
    cast(price_currency as varchar) as currency
from priced
