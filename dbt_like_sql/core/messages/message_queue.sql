/*
Every message that recorded crossings and leaks give rise to and that is not queued yet.

A message is named after what it is about, so it is queued once however often this is
computed. An owner who wants no messages, or has no address, gets a message that is
skipped with its reason: nothing is dropped in silence.

grain: message_id

message_id: Derived from what the message is about.
kind: Which wording.
recipient: An address, 'operator', or '' when there is none.
tenant_id: Whom it concerns, or 'unattributed'.
skip_reason: Why it is not to be sent; empty = send.
data: The facts the text is made of.
*/
with crossings as (
    select
        recorded.message_id,
        recorded.tenant_id,
        recorded.audience = 'operator' as is_for_operator,
        coalesce(tenants.owner_email, '') as owner_email,
        coalesce(tenants.email_notifications, false) as wants_messages,
        tenants.tenant_id is not null as is_known,
        json_object(
            'tenant', coalesce(tenants.name, recorded.tenant_id),
            -- An operator is not greeted by a customer's name.
            'owner', case when recorded.audience = 'operator' then ''
                else coalesce(tenants.owner_name, '') end,
            'metric', recorded.metric,
            'month', cast(recorded.period_start as varchar),
            'plan', coalesce(plans.name, recorded.plan_code),
            'plan_price_cents', recorded.plan_price_cents,
            'currency', recorded.currency,
            'fx_rate', cast(recorded.fx_rate as varchar),
            'threshold_pct', recorded.threshold_pct,
            'threshold_cents', recorded.threshold_cents,
            'spend_cents', recorded.spend_cents,
            'projected_cents', recorded.projected_cents,
            'crossed_at', cast(recorded.crossed_at as varchar),
            'rate_card', recorded.rate_card,
            'machines', coalesce(reasons.machines, cast('[]' as json)),
            'other_machines', coalesce(reasons.other_machines, 0)
        ) as data
    from staging.crossings as recorded
    left join staging.tenants as tenants using (tenant_id)
    left join staging.plans as plans using (plan_code)
    left join core.crossing_reasons as reasons
        on recorded.metric = 'fly_compute_spend'
        and recorded.tenant_id = reasons.tenant_id
        and recorded.period_start = reasons.period_start
    anti join staging.prior_messages as known on recorded.message_id = known.message_id
),

leaks as (
    select
        alerts.*,
        concat('leak-', md5(cast(json_array(alerts.alert, alerts.subject_id) as varchar)))
            as message_id
    from core.leak_alerts as alerts
    cross join ref.clock as clock
    where alerts.happened_at >= clock.issue_from
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
    cast(data as json) as data
from crossings
union all
select
    message_id,
    'leak' as kind,
    'operator' as recipient,
    tenant_id,
    '' as skip_reason,
    cast(
        json_object(
            'alert', alert,
            'subject', subject_id,
            'tenant', tenant_id,
            'detail', detail,
            'since', cast(happened_at as varchar)
        ) as json
    ) as data
from leaks
anti join staging.prior_messages as known on leaks.message_id = known.message_id
