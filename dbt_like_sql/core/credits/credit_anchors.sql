/*
From which instant the credit periods of each install are counted.

The first credit spent on a paid tier settles it, once and for good: an install that
goes back to a free tier and returns finds the same periods and the same counters, so
changing tiers yields at most one quota a period. Until then periods start where the
install was first seen. An install the old ledger had on a paid tier keeps its periods.

grain: install_id
check: anchor_at is not null

install_id: The install.
anchor_at: Start of period 0.
anchored_by: 'first_paid', 'import', 'first_seen', 'first_event' or 'nothing'.
imported_until: Events up to then are in the imported counters; null = none are.
*/
with events as (
    select
        events.install_id,
        min(events.occurred_at) as first_at,
        min(events.occurred_at) filter (where tiers.capped = 'monthly')
            as first_paid_at
    from staging.credit_events as events
    left join core.credit_tiers as tiers on tiers.tier = events.tier
    left join core.credit_imports as imports
        on imports.install_id = events.install_id
    where imports.imported_until is null
        or events.occurred_at > imports.imported_until
    group by events.install_id
),

everyone as (
    select install_id from events
    union
    select install_id from staging.installs
    union
    select install_id from core.credit_imports
),

known as (
    select
        everyone.install_id,
        imports.imported_until,
        case when imports.has_paid then imports.anchor_at end as settled_at,
        events.first_paid_at,
        imports.anchor_at as imported_at,
        installs.first_seen_at,
        events.first_at
    from everyone
    left join events on events.install_id = everyone.install_id
    left join staging.installs as installs
        on installs.install_id = everyone.install_id
    left join core.credit_imports as imports
        on imports.install_id = everyone.install_id
)

select
    known.install_id,
    cast(
        coalesce(
            known.settled_at,
            known.first_paid_at,
            known.imported_at,
            known.first_seen_at,
            known.first_at,
            clock.now_at
        ) as timestamp
    ) as anchor_at,
    cast(
        case
            when known.settled_at is not null then 'import'
            when known.first_paid_at is not null then 'first_paid'
            when known.imported_at is not null then 'import'
            when known.first_seen_at is not null then 'first_seen'
            when known.first_at is not null then 'first_event'
            else 'nothing'
        end as varchar
    ) as anchored_by,
    known.imported_until
from known
cross join ref.clock as clock
