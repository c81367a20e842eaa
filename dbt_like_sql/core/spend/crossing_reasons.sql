/*
The machines that made a tenant's month so dear, as they stand in the message.

Only months with a crossing that has no message yet are here. Ten machines are named, the dearest
first; the others are counted, because a letter of a thousand lines is not read.

grain: tenant_id, period_start

tenant_id: Whose machines.
machines: List of machine, type, seconds, price and cost in the card's currency.
other_machines: How many more there were.
*/
with told as (
    select distinct crossings.tenant_id, crossings.period_start
    from staging.crossings as crossings
    anti join staging.prior_messages as messages
        on crossings.message_id = messages.message_id
    where crossings.metric = 'fly_compute_spend'
),

machines as (
    select
        spend.tenant_id,
        spend.period_start,
        spend.deployment_id,
        max(spend.instance_type) as instance_type,
        sum(spend.seconds) as seconds,
        max_by(spend.price_cents, spend.start_at) as price_cents,
        max_by(spend.per_seconds, spend.start_at) as per_seconds,
        min(spend.currency) as currency,
        sum(spend.spend_units) as spend_units,
        cast(36288000 as hugeint) * 1000000000000 as units_per_cent
    from core.hosted_spend as spend
    semi join told
        on spend.tenant_id = told.tenant_id and spend.period_start = told.period_start
    group by spend.tenant_id, spend.period_start, spend.deployment_id
),

ranked as (
    select
        machines.*,
        (2 * abs(cast(spend_units as hugeint)) + units_per_cent)
            // (2 * units_per_cent) as cost_cents,
        row_number() over (
            partition by tenant_id, period_start
            order by spend_units desc, deployment_id
        ) as place
    from machines
)

select
    tenant_id,
    period_start,
    cast(
        to_json(list(json_object(
            'machine', deployment_id,
            'type', instance_type,
            'seconds', cast(seconds as bigint),
            'price_cents', cast(price_cents as varchar),
            'per_seconds', per_seconds,
            'cost_cents', cast(cost_cents as bigint),
            'currency', currency
        ) order by place) filter (where place <= 10)) as json
    ) as machines,
    cast(greatest(max(place) - 10, 0) as bigint) as other_machines
from ranked
group by tenant_id, period_start
