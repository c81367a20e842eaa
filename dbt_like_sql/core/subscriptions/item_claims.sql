/*
What every open item is to be claimed by: an invoice, a settlement at zero, or nothing.

Over the hours in order, an invoice arises exactly where the running sum reaches a new
maximum above zero; a sum that comes back to the last maximum settles what waits
without an invoice. A net credit waits and carries over. Sums never mix two currencies.

The step that writes the ledger takes the rows that are due as they are, so the columns
are those of the ledger, and an invoice's period and tax are fixed with its items.

grain: item_id
check: not is_due or event_at is not null
check: invoice_id is null or event_at is not null
check: event_at is null or event_at >= hour_at

item_id: The item.
hour_at: The whole hour it counts in; null while that is not over.
event_at: The hour that claims it, the tick of the claim; null while it waits.
invoice_id: The invoice of that tick; null if it settles or waits.
period_start: Start of the tenant's period the tick is in.
period_end: End of it.
tax_code: Tax of the tenant; null = none.
tax_rate: Its rate at the tick; 0 = none, or nobody says.
is_before_start: Whether it arose before documents are issued.
hold_reason: Why nothing of this customer may be claimed yet; null = nothing.
is_due: Whether it may be claimed now; never before a start is set.
*/
with hours as (
    select
        items.tenant_id,
        items.currency,
        items.is_before_start,
        items.claimable_at as hour_at,
        sum(items.amount_cents) as hour_cents
    from core.subscription_items as items
    join ref.clock as clock on items.claimable_at <= clock.now_at
    group by
        items.tenant_id, items.currency, items.is_before_start, items.claimable_at
),

running as (
    select
        hours.*,
        sum(hour_cents) over (
            partition by tenant_id, currency, is_before_start order by hour_at
        ) as running_cents
    from hours
),

highs as (
    select
        running.*,
        greatest(coalesce(max(running_cents) over (
            partition by tenant_id, currency, is_before_start
            order by hour_at
            rows between unbounded preceding and 1 preceding
        ), 0), 0) as high_cents
    from running
),

waits as (
    select
        highs.*,
        min(case when running_cents >= high_cents then hour_at end) over (
            partition by tenant_id, currency, is_before_start
            order by hour_at
            rows between current row and unbounded following
        ) as event_at
    from highs
),

events as (
    select
        waiting.tenant_id,
        waiting.currency,
        waiting.is_before_start,
        waiting.hour_at,
        waiting.event_at,
        coalesce(claiming.running_cents > claiming.high_cents, false) as is_invoice
    from waits as waiting
    left join waits as claiming
        on
            waiting.tenant_id = claiming.tenant_id
            and waiting.currency = claiming.currency
            and waiting.is_before_start = claiming.is_before_start
            and waiting.event_at = claiming.hour_at
),

claimed as (
    select
        events.*,
        periods.period_start,
        periods.period_end,
        tenants.tax_code,
        rates.rate as tax_rate,
        max(
            case when events.is_invoice and tenants.tax_code is not null
                and rates.rate is null then 'no rate of tax ' || tenants.tax_code end
        ) over (
            partition by events.tenant_id, events.currency, events.is_before_start
        ) as hold_reason,
        case
            when events.is_invoice
                then 'subscription:' || events.tenant_id || ':' || events.currency
                || ':' || strftime(events.event_at, '%Y-%m-%dT%H:%M:%S')
                || case when events.is_before_start then ':before_start' else '' end
        end as invoice_id
    from events
    left join core.periods as periods
        on
            events.tenant_id = periods.owner_id
            and periods.owner_kind = 'tenant'
            and events.event_at >= periods.period_start
            and events.event_at < periods.period_end
    left join staging.tenants as tenants on events.tenant_id = tenants.tenant_id
    left join staging.tax_rates as rates
        on
            tenants.tax_code = rates.tax_code
            and events.event_at >= rates.effective_from
            and events.event_at < coalesce(rates.effective_to, date '9999-12-31')
)

select
    items.item_id, items.charge_id, items.tenant_id, items.resource_id,
    items.activity_id, items.plan_code, items.item_kind, items.amount_cents,
    items.currency, items.created_at, items.service_start, items.service_end,
    items.description,
    claimed.hour_at,
    cast(claimed.event_at as timestamp) as event_at,
    cast(claimed.invoice_id as varchar) as invoice_id,
    claimed.period_start,
    claimed.period_end,
    claimed.tax_code,
    cast(coalesce(claimed.tax_rate, 0) as decimal(9,6)) as tax_rate,
    items.is_before_start,
    claimed.hold_reason,
    cast(
        claimed.event_at is not null
        and claimed.hold_reason is null
        and not items.is_before_start
        and today.issue_from is not null as boolean
    ) as is_due
from core.subscription_items as items
cross join ref.today as today
left join claimed
    on
        items.tenant_id = claimed.tenant_id
        and items.currency = claimed.currency
        and items.is_before_start = claimed.is_before_start
        and items.claimable_at = claimed.hour_at
