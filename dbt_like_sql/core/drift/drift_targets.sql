/*
The resources that something was asked of, and when they were last looked at.

What no listing covers is known from the listing of project resources.

grain: resource_id

resource_id: The resource; seen at least once.
tenant_id: Its last tenant, or 'unattributed'.
listing: The listing that shows it.
listed_at: Its last complete look; null = never.
is_skipped: Whether that look is too old to compare with.
*/
with wanted as (
    select distinct kind, provider_id
    from core.desired_state
),

latest as (
    select
        resources.resource_id,
        resources.kind,
        resources.provider_id,
        resources.tenant_id,
        resources.provider || ':' || resources.provider_account as account,
        coalesce(nullif(kinds.listing, ''), 'project_resources') as listing
    from core.resources as resources
    join wanted
        on wanted.kind = resources.kind
        and wanted.provider_id = resources.provider_id
    left join ref.kinds as kinds on kinds.kind = resources.kind
    qualify row_number() over (
        partition by resources.resource_id order by resources.valid_from desc
    ) = 1
)

select
    latest.resource_id,
    latest.kind,
    latest.provider_id,
    latest.tenant_id,
    cast(latest.listing as varchar) as listing,
    ages.last_complete_at as listed_at,
    cast(coalesce(
        epoch(clock.now_at) - epoch(ages.last_complete_at) > limits.seconds, true
    ) as boolean) as is_skipped
from latest
cross join ref.clock as clock
join ref.drift_limits as limits on limits.name = 'listing_age'
left join core.listing_ages as ages
    on ages.account = latest.account and ages.kind = latest.listing
