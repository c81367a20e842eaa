"""What to show behind tables that sum up others: roll-ups, burn, true-up, credits.

Money of margins, bills and documents is `traces_money.py`.
"""

from cost_pipeline.publish.traces_money import (
    LINE,
    TraceStep,
    bill_lines,
    credit_steps,
    margin_steps,
)


def rolled_up(keys: str) -> tuple[TraceStep, ...]:
    """Steps from a sum of margins to its cells, and on to what stands behind them."""
    return (
        TraceStep(
            "cells",
            "Cells of the margin table that it sums up",
            "select margins.month, margins.tenant_id, margins.deployment_id, "
            "margins.kind, margins.revenue_currency, margins.revenue_cents, "
            "margins.cost_cents, margins.margin_cents, margins.revenue_original_cents, "
            "margins.cost_micros_usd, margins.currency, margins.state "
            "from marts.cost_vs_revenue as margins "
            f"semi join asked using ({keys})",
            "select sum(margin_cents) from asked",
            "select sum(cents) from (select case when count(margin_cents) = count(*) "
            f"then sum(margin_cents) end as cents from cells group by {keys})",
            "cents of margin in the report currency",
        ),
        *margin_steps("cells"),
    )


BILLED = (
    f"select {LINE}, lines.product, lines.description, lines.amount_micros, "
    "lines.source_file, lines.source_row from marts.cost_lines as lines "
    "join marts.provider_invoices as invoices using (invoice_uuid) "
    "join asked on asked.provider_account = invoices.provider_account "
    "and asked.month = cast(date_trunc('month', invoices.period_start) as date) "
)

REPORT_TRACES: dict[str, tuple[TraceStep, ...]] = {
    "marts.margin_by_month": rolled_up("month, currency"),
    "marts.margin_by_tenant": rolled_up("month, tenant_id, currency"),
    "marts.margin_by_deployment": rolled_up(
        "month, tenant_id, deployment_id, currency"
    ),
    "marts.margin_by_kind": rolled_up("month, kind, currency"),
    "marts.credit_margins": credit_steps("select * from asked"),
    "marts.unmatched_costs": bill_lines(
        f"select {LINE}, lines.product, lines.description, lines.amount_micros, "
        "lines.source_file, lines.source_row "
        f"from marts.cost_lines as lines semi join asked using ({LINE})",
        "select sum(amount_micros) from asked",
    ),
    "marts.monthly_burn": (
        TraceStep(
            "balance",
            "Month to date: the provider's balance it was read from",
            "select balances.* from marts.balances as balances join asked "
            "on balances.provider_account = asked.provider_account "
            "and balances.generated_at = asked.as_of",
            "select sum(month_to_date_micros) from asked",
            "select sum(month_to_date_usage_micros) from balance",
            "millionths of USD",
        ),
        *bill_lines(
            f"{BILLED} where invoices.status <> 'history' "
            "and lines.charge_category <> 'tax'",
            "select sum(invoiced_micros) from asked",
        ),
    ),
    "marts.cost_true_up": (
        *bill_lines(
            f"{BILLED} where lines.kind = asked.kind "
            "and lines.charge_category = 'usage'",
            "select sum(invoiced_micros) from asked",
        ),
        TraceStep(
            "inventory",
            "Estimate: what the inventory saw of the kind in that month",
            "select resources.resource_id, resources.name, resources.size, "
            "resources.status, resources.valid_from, resources.valid_to "
            "from marts.resources as resources join asked "
            "on resources.kind = asked.kind "
            "and resources.provider_account = asked.provider_account "
            "and resources.valid_from < asked.month + interval 1 month "
            "and coalesce(resources.valid_to > asked.month, true)",
        ),
    ),
}
