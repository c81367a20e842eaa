"""What to show behind usage, subscriptions, spend and credits, as data.

Money of margins, bills and documents is `traces_money.py`, what sums them up
`traces_reports.py`.
"""

from cost_pipeline.publish.traces_money import TRACES, USAGE_STEPS, TraceStep
from cost_pipeline.publish.traces_reports import REPORT_TRACES

# One asked row is rounded once, so sums are made per row before they meet.
ROUNDED_SPEND = """
    select sum(case
        when is_same_currency then sign(units) * (
            (2 * abs(units) + 36288000000000000000)
            // (2 * cast(36288000000000000000 as hugeint)))
        else sign(units) * ((2 * ((2 * abs(units) + 3628800000000000)
            // (2 * cast(3628800000000000 as hugeint)))
            * cast(fx_rate * 10000000000 as hugeint) + 100000000000000)
            // (2 * cast(100000000000000 as hugeint)))
    end)
    from (
        select threshold_pct, period_start, tenant_id, metric, fx_rate,
            is_same_currency, cast(sum(units) as hugeint) as units
        from pieces
        group by all
    )
"""
SPEND_STEPS = (
    TraceStep(
        "pieces",
        "Spend: machines while they ran, and shares of the provider's lines",
        """
        select asked.threshold_pct, asked.period_start, asked.tenant_id, asked.metric,
            asked.fx_rate, spend.currency = asked.currency as is_same_currency,
            spend.deployment_id as source, cast(null as bigint) as line_number,
            spend.instance_type, spend.start_at, spend.end_at, spend.seconds,
            spend.price_cents, spend.per_seconds,
            cast(spend.spend_units as hugeint) as units
        from asked
        join marts.hosted_spend as spend using (tenant_id, period_start)
        where asked.metric = 'fly_compute_spend'
        union all
        select asked.threshold_pct, asked.period_start, asked.tenant_id, asked.metric,
            asked.fx_rate, allocation.currency = asked.currency,
            allocation.invoice_uuid, allocation.line_number, null, null, null, null,
            null, null, cast(allocation.amount_micros as hugeint) * 3628800000000000
        from asked
        join marts.cost_allocation as allocation using (tenant_id)
        join marts.provider_invoices as invoices
            on invoices.invoice_uuid = allocation.invoice_uuid
            and cast(date_trunc('month', invoices.period_start) as date)
            = asked.period_start
        where asked.metric = 'invoiced_cost'
            and allocation.bucket in ('tenant', 'shared')
        """,
        "select sum(spend_cents) from asked",
        ROUNDED_SPEND,
        "cents, rounded once",
    ),
    TraceStep(
        "landed",
        "The landed rows of those lines",
        "select lines.invoice_uuid, lines.line_number, lines.description, "
        "lines.amount_micros, lines.source_file, lines.source_row "
        "from marts.cost_lines as lines join pieces "
        "on pieces.source = lines.invoice_uuid "
        "and pieces.line_number = lines.line_number",
        of="pieces",
    ),
)

ITEM_STEPS = (
    TraceStep(
        "charges",
        "Subscription items, with all of the same charge",
        "select items.item_id, items.charge_id, items.item_kind, items.plan_code, "
        "items.amount_cents, items.service_start, items.service_end, items.invoice_id, "
        "items.item_id in (select item_id from asked) as is_asked "
        "from marts.subscription_items as items semi join asked using (charge_id)",
        "select sum(amount_cents) from asked",
        "select sum(amount_cents) from charges where is_asked",
        "cents",
    ),
    TraceStep(
        "activities",
        "Activities of those relays up to then",
        "select distinct events.event_id, events.subject_id, events.measure, "
        "events.detail as plan, events.happened_at, events.source_file, "
        "events.source_row from marts.event_sources as events join asked "
        "on asked.resource_id = events.subject_id "
        "and events.happened_at <= asked.service_start "
        "where events.event_kind = 'activity'",
    ),
)

BALANCE_STEPS = (
    TraceStep(
        "counted",
        "Credits booked: for ever, in the running period, and held",
        "select events.event_kind, events.event_id, events.measure as budget, "
        "events.detail as backend, events.quantity, events.happened_at, "
        "events.source_file, events.source_row "
        "from marts.event_sources as events join asked "
        "on asked.install_id = events.subject_id "
        "where events.event_kind in ('credit', 'credit_import') "
        "and events.quantity > 0 and (events.measure <> 'monthly' or ("
        "events.counts_at >= asked.period_start "
        "and events.counts_at < asked.next_renewal_at))",
        "select sum(lifetime_used + monthly_used + held) from asked",
        "select sum(quantity) from counted",
        "credits",
    ),
)

ALL_TRACES: dict[str, tuple[TraceStep, ...]] = {
    **TRACES,
    **REPORT_TRACES,
    "marts.usage_daily": (
        TraceStep("usage", "The days that were asked for", "select * from asked"),
        *USAGE_STEPS,
    ),
    "marts.subscription_items": ITEM_STEPS,
    "marts.spend_over_threshold": SPEND_STEPS,
    "marts.credit_balances": BALANCE_STEPS,
}
