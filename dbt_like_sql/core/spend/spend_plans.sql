/*
The plan that a tenant's spend of a month is compared with.

It is the plan at the month's first instant, or the first one to begin in the month. A
plan changed halfway does not move the threshold of the same month, so that a scan that
comes late gives the same answer as one that came in time. Plans of several deployments
and of relays add up; plans of another currency than the first are left out.

grain: tenant_id, period_start
check: plan_price_cents >= 0

tenant_id: The tenant.
period_start: First day of the month, UTC.
plan_code: The plan, or several parted by ' + ', each named once.
plan_price_cents: Price of a whole month.
currency: Currency of the plan.
has_other_currency: Whether plans of another currency were left out.
*/
with wanted as (
    select distinct spend.tenant_id, months.month, months.next_month
    from core.tenant_spend as spend
    join ref.months as months on spend.period_start = months.month
),

plans as (
    select tenant_id, plan_code, valid_from, valid_to, base_price_cents, currency
    from core.tenant_plans
    union all
    select
        states.tenant_id,
        states.plan_after as plan_code,
        states.created_at as valid_from,
        states.next_at as valid_to,
        prices.base_price_cents,
        prices.currency
    from core.activity_states as states
    join core.plan_prices as prices
        on states.plan_after = prices.plan_code
        and states.created_at >= prices.valid_from
        and states.created_at < prices.valid_to
    where states.is_active_after
),

overlapping as (
    select
        wanted.tenant_id,
        wanted.month,
        plans.plan_code,
        plans.base_price_cents,
        plans.currency,
        greatest(plans.valid_from, cast(wanted.month as timestamp)) as counts_from
    from wanted
    join plans using (tenant_id)
    cross join ref.clock as clock
    where plans.valid_from < wanted.next_month
        and plans.valid_from <= clock.now_at
        and coalesce(plans.valid_to > wanted.month, true)
),

earliest as (
    select *
    from overlapping
    qualify counts_from = min(counts_from) over (partition by tenant_id, month)
),

chosen as (
    select
        *,
        first_value(currency) over (
            partition by tenant_id, month
            order by base_price_cents desc, plan_code
        ) as plan_currency
    from earliest
)

select
    tenant_id,
    month as period_start,
    cast(
        string_agg(distinct plan_code, ' + ' order by plan_code)
            filter (where currency = plan_currency) as varchar
    ) as plan_code,
    cast(
        sum(base_price_cents) filter (where currency = plan_currency) as bigint
    ) as plan_price_cents,
    cast(min(plan_currency) as varchar) as currency,
    cast(bool_or(currency <> plan_currency) as boolean) as has_other_currency
from chosen
group by tenant_id, month
