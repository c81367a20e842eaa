"""What to show behind each published table: steps of SQL, as data.

A step reads `asked` (the rows that were asked for), the steps before it by their names,
and published tables. `number` is what the asked rows claim and `total` what the shown
rows sum to; a step without them is evidence that leads on. Running steps, and saying
whether the sums meet, is `traces.py`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class TraceStep:
    """One level of a trace; `of` names the step it explains, and is nothing without."""

    name: str
    title: str
    shows: str
    number: str = ""
    total: str = ""
    unit: str = ""
    of: str = ""


CELL = "month, tenant_id, deployment_id, kind, revenue_currency"
LINE = "invoice_uuid, line_number"
MICROS = "millionths of USD"


def bill_lines(shows: str, number: str) -> tuple[TraceStep, ...]:
    """Steps from parts of bill lines to the lines, their invoices and landed rows."""
    return (
        TraceStep(
            "parts",
            "Cost: parts of the provider's lines, with landed file and row",
            shows,
            number,
            "select sum(amount_micros) from parts",
            MICROS,
        ),
        TraceStep(
            "shares",
            "All parts of those lines: whoever else bears them",
            "select allocation.invoice_uuid, allocation.line_number, "
            "allocation.tenant_id, allocation.deployment_id, allocation.bucket, "
            "allocation.rule, allocation.amount_micros "
            f"from marts.cost_allocation as allocation semi join parts using ({LINE})",
            f"select sum(amount_micros) from marts.cost_lines semi join parts "
            f"using ({LINE})",
            "select sum(amount_micros) from shares",
            MICROS,
            of="parts",
        ),
        TraceStep(
            "invoices",
            "The invoices those lines are on",
            "select invoice_uuid, invoice_id, period, status, verdict, amount_micros, "
            "lines_micros, csv_sha256 from marts.provider_invoices "
            "semi join parts using (invoice_uuid)",
            of="parts",
        ),
    )


USAGE_STEPS = (
    TraceStep(
        "metered",
        "Usage: intervals and events it was metered from",
        """
        select intervals.resource_id as source, usage.billing_kind,
            intervals.valid_from, intervals.valid_to, intervals.weight,
            cast(sum(intervals.weight * (
                cast(floor(epoch(least(
                    intervals.valid_to, cast(usage.day as timestamp) + interval 1 day
                ))) as bigint)
                - cast(floor(epoch(greatest(
                    intervals.valid_from, cast(usage.day as timestamp)
                ))) as bigint)
            )) as hugeint) as base_quantity,
            cast(null as varchar) as source_file, cast(null as bigint) as source_row
        from usage
        join marts.metered_intervals as intervals
            on intervals.resource_id = usage.resource_id
            and intervals.billing_kind = usage.billing_kind
            and intervals.deployment_id = usage.deployment_id
            and intervals.valid_from < cast(usage.day as timestamp) + interval 1 day
            and coalesce(intervals.valid_to > usage.day, true)
        where usage.kind <> 'usage_event' and usage.base_quantity is not null
        group by all
        union all
        select events.event_id, usage.billing_kind, events.happened_at, null, null,
            events.quantity, events.source_file, events.source_row
        from usage
        join marts.event_sources as events
            on events.event_kind = 'usage'
            and events.subject_id = usage.deployment_id
            and events.measure = usage.billing_kind
            and cast(events.happened_at as date) = usage.day
        where usage.kind = 'usage_event'
        """,
        "select sum(base_quantity) from usage",
        "select sum(base_quantity) from metered",
        "base units (seconds, millionths of GB-seconds, or millionths)",
        of="usage",
    ),
)


def document_lines(shows: str, number: str) -> tuple[TraceStep, ...]:
    """Steps from document lines to items, activities, usage, intervals and events."""
    return (
        TraceStep(
            "lines",
            "Revenue: lines of documents",
            shows,
            number,
            "select sum(amount_cents) from lines",
            "cents",
        ),
        TraceStep(
            "items",
            "Subscription items those lines are made of",
            "select distinct items.item_id, items.resource_id, items.activity_id, "
            "items.plan_code, items.item_kind, items.amount_cents, "
            "items.service_start, items.service_end, items.invoice_id "
            "from marts.subscription_items as items join lines "
            "on lines.invoice_id = items.invoice_id "
            "and lines.deployment_id = items.resource_id "
            "and lines.service_start = items.service_start "
            "and lines.service_end = items.service_end "
            "and lines.amount_cents = items.amount_cents",
            "select sum(amount_cents) from lines where line_kind <> 'tax' and "
            "invoice_id in (select invoice_id from marts.subscription_items)",
            "select sum(amount_cents) from items",
            "cents",
            of="lines",
        ),
        TraceStep(
            "activities",
            "Activities of those relays up to then",
            "select distinct events.event_id, events.subject_id, events.measure, "
            "events.detail as plan, events.happened_at, events.source_file, "
            "events.source_row from marts.event_sources as events join items "
            "on items.resource_id = events.subject_id "
            "and events.happened_at <= items.service_start "
            "where events.event_kind = 'activity'",
            of="items",
        ),
        TraceStep(
            "usage",
            "Usage metered for those lines, day by day",
            "select distinct daily.* from marts.usage_daily as daily join lines "
            "on daily.deployment_id = lines.deployment_id "
            "and daily.billing_kind = lines.resource_kind "
            "and daily.day >= cast(lines.service_start as date) "
            "and daily.day < cast(lines.service_end as date)",
            of="lines",
        ),
        *USAGE_STEPS,
    )


def credit_steps(shows: str) -> tuple[TraceStep, ...]:
    """Steps from what credits cost and brought in to the events that were answered."""
    return (
        TraceStep(
            "credits",
            "Credits: what backends cost and what the tier brought in",
            shows,
        ),
        TraceStep(
            "answered",
            "Events of those credits",
            "select events.event_id, events.subject_id, events.detail as backend, "
            "events.quantity, events.happened_at, events.source_file, "
            "events.source_row from marts.event_sources as events join credits "
            "on events.subject_id = credits.deployment_id "
            "and events.detail = credits.backend "
            "and cast(date_trunc('month', events.happened_at) as date) = credits.month "
            "where events.event_kind = 'credit' and events.quantity > 0",
            "select sum(credits) from credits",
            "select sum(quantity) from answered",
            "credits",
            of="credits",
        ),
    )


def margin_steps(cells: str) -> tuple[TraceStep, ...]:
    """Steps from cells of the margin table to bill lines, documents and credits."""
    return (
        *bill_lines(
            "select trace.source_id as invoice_uuid, trace.line_number, lines.product, "
            "lines.description, trace.reason as rule, trace.amount_micros, "
            "trace.source_file, trace.source_row from marts.cost_trace as trace "
            f"join {cells} using ({CELL}) join marts.cost_lines as lines "
            "on lines.invoice_uuid = trace.source_id "
            "and lines.line_number = trace.line_number where trace.side = 'cost'",
            "select sum(cost_micros_usd) from asked",
        ),
        *document_lines(
            "select lines.* from marts.cost_trace as trace "
            f"join {cells} using ({CELL}) join marts.tenant_invoice_lines as lines "
            "on lines.invoice_id = trace.source_id "
            "and lines.line_number = trace.line_number where trace.side = 'revenue'",
            f"select sum(revenue_original_cents) from {cells}",
        ),
        *credit_steps(
            f"select margins.* from marts.credit_margins as margins join {cells} "
            "as cells using (month, tenant_id, deployment_id) "
            "where cells.kind = 'credits'"
        ),
    )


TRACES: dict[str, tuple[TraceStep, ...]] = {
    "marts.cost_vs_revenue": margin_steps("asked"),
    "marts.cost_allocation": bill_lines(
        "select asked.*, lines.product, lines.description, lines.source_file, "
        f"lines.source_row from asked join marts.cost_lines as lines using ({LINE})",
        "select sum(amount_micros) from asked",
    ),
    "marts.cost_lines": bill_lines(
        f"select {LINE}, product, description, amount_micros, source_file, source_row "
        "from asked",
        "select sum(amount_micros) from asked",
    ),
    "marts.provider_invoices": bill_lines(
        f"select {LINE}, lines.product, lines.description, lines.amount_micros, "
        "lines.source_file, lines.source_row "
        "from marts.cost_lines as lines semi join asked using (invoice_uuid)",
        "select sum(lines_micros) from asked",
    ),
    "marts.tenant_invoices": document_lines(
        "select lines.* from marts.tenant_invoice_lines as lines "
        "semi join asked using (invoice_id)",
        "select sum(total_cents) from asked",
    ),
    "marts.tenant_invoice_lines": document_lines(
        "select * from asked", "select sum(amount_cents) from asked"
    ),
}
