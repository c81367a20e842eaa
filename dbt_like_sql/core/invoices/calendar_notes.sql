/*
What the reader of a month's document should know about its usage.

Days that nobody saw hold the last state; resources of unknown size are not charged.
Both are named on the document instead of being silently right or wrong.

grain: tenant_id, currency, month

currency: In which currency.
unobserved_days: Days that nobody saw.
notes: The notes, as one text; null = nothing to say.
*/
with billed as (
    select distinct
        requests.tenant_id,
        requests.currency,
        requests.month,
        covered.deployment_id
    from core.covered_usage as covered
    join core.quote_requests as requests using (subscription_id, month)
),

doubtful as (
    select
        cast(date_trunc('month', day) as date) as month,
        deployment_id,
        day,
        bool_or(not is_observed) as is_unobserved,
        count(*) - count(base_quantity) as unknown_sizes
    from core.usage_daily
    where not is_observed or base_quantity is null
    group by deployment_id, day
),

by_day as (
    select
        billed.tenant_id,
        billed.currency,
        billed.month,
        doubtful.day,
        bool_or(doubtful.is_unobserved) as is_unobserved,
        sum(doubtful.unknown_sizes) as unknown_sizes
    from billed
    join doubtful using (deployment_id, month)
    group by billed.tenant_id, billed.currency, billed.month, doubtful.day
),

named as (
    select
        tenant_id,
        currency,
        month,
        string_agg(cast(day as varchar), ', ' order by day)
            filter (where is_unobserved) as unobserved,
        count(*) filter (where is_unobserved) as unobserved_days,
        sum(unknown_sizes) as unknown_sizes
    from by_day
    group by tenant_id, currency, month
)

select
    tenant_id,
    currency,
    month,
    cast(unobserved_days as bigint) as unobserved_days,
    cast(
        nullif(
            concat_ws(
                ' ',
                'Not observed, last state held: ' || unobserved || '.',
                case when unknown_sizes > 0 then 'Size unknown, not charged: '
                    || cast(unknown_sizes as varchar) || ' resource days.' end
            ),
            ''
        ) as varchar
    ) as notes
from named
