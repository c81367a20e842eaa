/*
Every message that recorded crossings give rise to and that is not queued yet.

A message is named after what it is about, so it is queued once however often this is
computed. An owner who wants no messages, or has no address, gets a message that is
skipped with its reason: nothing is dropped in silence.

grain: message_id

message_id: Derived from what the message is about.
kind: Which wording.
recipient: An address, 'operator', or '' when there is none.
tenant_id: Whom it concerns.
skip_reason: Why it is not to be sent; empty = send.
data: The facts the text is made of.
*/
with crossings as (
    select recorded.*
    from staging.crossings as recorded
    anti join staging.prior_messages as known on recorded.message_id = known.message_id
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
    semi join crossings
        on crossings.metric = 'fly_compute_spend'
        and crossings.tenant_id = spend.tenant_id
        and crossings.period_start = spend.period_start
    group by spend.tenant_id, spend.period_start, spend.deployment_id
),

ranked as (
    select
        *,
        rounded_to(spend_units, units_per_cent) as cost_cents,
        row_number() over (
            partition by tenant_id, period_start
            order by spend_units desc, deployment_id
        ) as place
    from machines
),

-- Ten machines are named, the dearest first; the others are counted, because a letter
-- of a thousand lines is not read.
reasons as (
    select
        tenant_id,
        period_start,
        'fly_compute_spend' as metric,
        to_json(list(json_object(
            'machine', deployment_id,
            'type', instance_type,
            'seconds', cast(seconds as bigint),
            'price_cents', cast(price_cents as varchar),
            'per_seconds', per_seconds,
            'cost_cents', cast(cost_cents as bigint),
            'currency', currency
        ) order by place) filter (where place <= 10)) as machines,
        greatest(max(place) - 10, 0) as other_machines
    from ranked
    group by tenant_id, period_start
),

addressed as (
    select
        crossings.*,
        crossings.audience = 'operator' as is_for_operator,
        tenants.tenant_id is not null as is_known,
        coalesce(tenants.email_notifications, false) as wants_messages,
        coalesce(tenants.owner_email, '') as owner_email,
        coalesce(tenants.owner_name, '') as owner_name,
        coalesce(tenants.name, crossings.tenant_id) as tenant_name,
        coalesce(plans.name, crossings.plan_code) as plan_name
    from crossings
    left join staging.tenants as tenants using (tenant_id)
    left join staging.plans as plans using (plan_code)
)

select
    message_id,
    'spend_over_threshold' as kind,
    cast(case when is_for_operator then 'operator' else owner_email end as varchar)
        as recipient,
    tenant_id,
    cast(
        case
            when is_for_operator then ''
            when not is_known then 'the tenant is not known'
            when not wants_messages then 'the owner wants no messages'
            when owner_email = '' then 'the owner has no address'
            else ''
        end as varchar
    ) as skip_reason,
    cast(
        json_object(
            'tenant', tenant_name,
            -- An operator is not greeted by a customer's name.
            'owner', case when is_for_operator then '' else owner_name end,
            'metric', metric,
            'month', cast(period_start as varchar),
            'plan', plan_name,
            'plan_price_cents', plan_price_cents,
            'currency', currency,
            'fx_rate', cast(fx_rate as varchar),
            'threshold_pct', threshold_pct,
            'threshold_cents', threshold_cents,
            'spend_cents', spend_cents,
            'projected_cents', projected_cents,
            'crossed_at', cast(crossed_at as varchar),
            'rate_card', rate_card,
            'machines', coalesce(reasons.machines, cast('[]' as json)),
            'other_machines', coalesce(reasons.other_machines, 0)
        ) as json
    ) as data
from addressed
left join reasons using (tenant_id, period_start, metric)
