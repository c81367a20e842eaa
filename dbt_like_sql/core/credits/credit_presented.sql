/*
Who each install is as of now: its tenant, its hardware and the tier it presents.

The platform's own table, the events and the old ledger each name a tier; the latest of
them holds. A free install that buys a paid tier is planned with it at once, before its
first paid credit, and one that nobody gave a tier is on 'core', as it always was.

grain: install_id

tenant_id: Who pays for it, or 'unattributed'.
is_registered: Whether the platform's table of installs knows it.
has_hardware: Whether it may fall back to own hardware.
tier: The tier presented last.
registered_at: Since when the platform's table gives it that tier; null = it does not.
last_active_at: Its last credit; null = none.
*/
with registered as (
    select
        installs.install_id,
        installs.tenant_id,
        installs.has_hardware,
        installs.tier,
        coalesce(installs.tier_changed_at, installs.first_seen_at) as presented_at
    from staging.installs as installs
),

presented as (
    select
        registered.install_id,
        registered.tier,
        registered.presented_at,
        1 as source_order
    from registered
    cross join ref.clock as clock
    where registered.presented_at <= clock.now_at
    union all
    select install_id, tier, last_at as presented_at, 2
    from core.credit_usage
    union all
    select
        install_id,
        tier,
        coalesce(known_at, timestamp '1970-01-01') as presented_at,
        3
    from core.credit_imports
),

latest as (
    select
        *,
        row_number() over (
            partition by install_id
            order by presented_at desc, source_order, tier
        ) as position_number
    from presented
),

active as (
    select install_id, max(last_at) as last_at
    from core.credit_usage
    group by install_id
)

select
    anchors.install_id,
    cast(coalesce(registered.tenant_id, 'unattributed') as varchar) as tenant_id,
    registered.install_id is not null as is_registered,
    cast(coalesce(registered.has_hardware, false) as boolean) as has_hardware,
    cast(coalesce(latest.tier, 'core') as varchar) as tier,
    cast(
        case when registered.tier = latest.tier then registered.presented_at end
        as timestamp
    ) as registered_at,
    cast(coalesce(active.last_at, anchors.imported_until) as timestamp)
        as last_active_at
from core.credit_anchors as anchors
left join registered on registered.install_id = anchors.install_id
left join latest
    on latest.install_id = anchors.install_id and latest.position_number = 1
left join active on active.install_id = anchors.install_id
