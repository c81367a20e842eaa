/*
From when to when a resource existed, as far as anybody could see.

Three complete listings without it end a lifetime at the first of them; fewer mean
nothing. Being seen again after that begins another lifetime. A first sight is dated
back to the provider's own `created_at`, which costs from then on, but never into an
earlier lifetime: an old date cannot fill a gap that was seen.

grain: resource_id, lifetime

resource_id: The resource.
lifetime: 1 for the first.
started_at: First instant.
ended_at: The first miss; null = it exists.
start_inferred: Whether the start is what the provider says, before we looked.
first_seen_at: The first listing that named it in this lifetime.
last_seen_at: The last listing that named it in this lifetime.
*/
with numbered as (
    select
        *,
        1 + coalesce(sum(case when misses >= 3 then 1 else 0 end) over (
            partition by resource_id order by observed_at
            rows between unbounded preceding and 1 preceding
        ), 0) as lifetime
    from core.resource_sightings
),

seen as (
    select
        resource_id,
        lifetime,
        min(case when is_present then observed_at end) as first_seen_at,
        min_by(created_at, observed_at) filter (where is_present) as created_at,
        max(case when misses >= 3 then observed_at end) as ended_at,
        max_by(case when is_present then last_at else previous_at end, observed_at)
            as last_seen_at
    from numbered
    group by resource_id, lifetime
    having bool_or(is_present)
),

bounded as (
    select
        *,
        lag(ended_at) over (partition by resource_id order by lifetime) as gone_at
    from seen
),

dated as (
    select
        *,
        coalesce(
            created_at < first_seen_at and (gone_at is null or created_at >= gone_at),
            false
        ) as is_dated_back
    from bounded
)

select
    resource_id,
    cast(lifetime as bigint) as lifetime,
    cast(case when is_dated_back then created_at else first_seen_at end as timestamp)
        as started_at,
    ended_at,
    is_dated_back as start_inferred,
    first_seen_at,
    last_seen_at
from dated
