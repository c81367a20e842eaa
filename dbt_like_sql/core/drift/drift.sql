/*
Fields that were not as asked: one row from when a field differed until it did not.

Derived whole from what was seen, asked and accepted, so that downtime loses nothing
and replaying gives the same rows. Nothing is ever put back by the pipeline itself;
`reverted` is a status that nothing sets yet.

grain: drift_id
check: status in ('open', 'accepted', 'reverted', 'stale')
check: (status = 'open') = (closed_at is null)

drift_id: Derived from the resource, the field and when it began.
field: The field.
desired: What was asked for, as JSON.
actual: What was there instead, as JSON; null = nothing.
status: open; accepted by an operator; stale when it did not differ any more.
spec_version: The version of the spec it differed from.
monthly_cost_delta_cents: What it costs a month more than what was asked for;
    null = no price is known for it.
currency: The provider's currency.
*/
with spans as (
    select
        spans.*,
        points.kind,
        points.provider_id,
        points.spec_version,
        fields.desired,
        fields.actual,
        regexp_extract(spans.resource_id, '^[^:]*:[^:]*') as account,
        points.kind = 'droplet' and spans.field in ('size', 'size_slug') as is_priced
    from core.drift_spans as spans
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
        spans.*,
        cast(found.price_monthly_micros - wanted.price_monthly_micros as hugeint)
            as delta_micros,
        coalesce(found.currency, 'USD') as price_currency
    from spans
    left join core.size_prices as wanted
        on spans.is_priced
        and wanted.account = spans.account
        and wanted.slug = json_extract_string(spans.desired, '$')
    left join core.size_prices as found
        on spans.is_priced
        and found.account = spans.account
        and found.slug = json_extract_string(spans.actual, '$')
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
    cast(
        sign(delta_micros) * (
            (2 * abs(cast(delta_micros as hugeint)) + 10000)
            // (2 * cast(10000 as hugeint))
        ) as bigint
    ) as monthly_cost_delta_cents,
    cast(price_currency as varchar) as currency
from priced
