/*
Which version of each plan was the one to buy, and from when to when.

A version comes into force when the platform says it was published or when an operator
publishes it here; whichever is later in time wins. Publishing retires the version that
was in force before, so at any instant a plan has at most one.

grain: plan_code, valid_from
check: coalesce(valid_from < valid_to, true)

plan_code: The plan.
valid_from: From when it was in force.
valid_to: Until when; null = it is in force now.
version: Its number within the plan.
currency: Currency of the price.
published_by: Who published it: 'platform' or 'operator'.
*/
with published as (
    select
        plan_version_id,
        -- A version that is sold without a date was always sold.
        coalesce(published_at, timestamp '1970-01-01') as from_at,
        retired_at,
        status,
        'platform' as published_by
    from staging.plan_versions
    where status <> 'draft'
    union all
    select
        subject_id as plan_version_id,
        decided_at as from_at,
        cast(null as timestamp) as retired_at,
        'active' as status,
        'operator' as published_by
    from staging.decisions
    where decision = 'publish-plan-version'
),

ordered as (
    select
        versions.plan_version_id,
        versions.plan_code,
        versions.version,
        versions.base_price_cents,
        versions.currency,
        published.from_at,
        published.status,
        published.published_by,
        case
            when published.retired_at > published.from_at
                and published.retired_at <= clock.now_at then published.retired_at
        end as retired_at,
        lead(published.from_at) over (
            partition by versions.plan_code order by published.from_at, versions.version
        ) as next_at
    from published
    join staging.plan_versions as versions using (plan_version_id)
    cross join ref.clock as clock
    where published.from_at <= clock.now_at
),

closed as (
    select
        *,
        -- Retired, but nobody said when: it ended when the next one came, or at once.
        case
            when status = 'retired' and retired_at is null
                then coalesce(next_at, from_at)
            else least(retired_at, next_at)
        end as to_at
    from ordered
)

select
    plan_code,
    from_at as valid_from,
    to_at as valid_to,
    plan_version_id,
    version,
    base_price_cents,
    currency,
    published_by
from closed
where coalesce(from_at < to_at, true)
