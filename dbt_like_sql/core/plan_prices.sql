/*
What a plan costs at each moment: the version in force from when to when.

The next published version ends the one before it, retired or not. A version that an
operator published is in force from that decision on, until the next one.

subject: subscriptions
grain: plan_code, valid_from
check: valid_from < valid_to

plan_code: The plan.
plan_name: Name on documents.
plan_version_id: The version in force.
base_price_cents: Price of a whole period.
currency: Its currency.
valid_from: First instant.
valid_to: First instant after; the year 9999 when open.
*/
with published as (
    select plan_version_id, published_at as valid_from
    from raw.plan_versions
    where published_at is not null
    union
    select decisions.subject_id as plan_version_id, decisions.decided_at as valid_from
    from raw.ledger_decisions as decisions
    cross join ref.clock as clock
    where
        decisions.decision = 'publish-plan-version'
        and decisions.decided_at <= clock.now_at
),

closed as (
    select
        versions.plan_version_id,
        versions.plan_code,
        versions.base_price_cents,
        versions.currency,
        published.valid_from,
        coalesce(
            least(
                -- A version published again after its retirement is in force again.
                case
                    when versions.retired_at > published.valid_from
                        then versions.retired_at
                end,
                lead(published.valid_from) over (
                    partition by versions.plan_code
                    order by published.valid_from, versions.version
                )
            ),
            timestamp '9999-12-31'
        ) as valid_to
    from published
    join raw.plan_versions as versions
        on published.plan_version_id = versions.plan_version_id
)

select
    closed.plan_code,
    cast(coalesce(plans.name, closed.plan_code) as varchar) as plan_name,
    closed.plan_version_id,
    closed.base_price_cents,
    closed.currency,
    cast(closed.valid_from as timestamp) as valid_from,
    cast(closed.valid_to as timestamp) as valid_to
from closed
left join raw.plans as plans on closed.plan_code = plans.plan_code
where closed.valid_from < closed.valid_to
