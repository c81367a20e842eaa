"""What a mart shows of itself beside its asset: a small table and a few figures.

Which columns tell most and which figures are worth a plot is data, here. The name of a
figure ends with its unit, because the plot shows nothing else.
"""

from collections.abc import Mapping

import duckdb

from cost_pipeline.models.markdown import cell, table_line
from cost_pipeline.models.model import Model
from cost_pipeline.publish.report_values import table

ROWS = 8
COLUMNS = 7
SHORT = 10

# What to show of a mart, and in which order; the others show their latest rows. Final
# months go before the running one, or its cost is no zero: its bill is still to come.
# Few columns fit: what is wider than its place in the UI is cut off there.
PREVIEWS: Mapping[str, tuple[str, str]] = {
    "marts.cost_vs_revenue": (
        "month, tenant_id, kind, margin_cents, revenue_cents, cost_cents, currency",
        "state = 'final' desc, month desc, margin_cents, tenant_id, deployment_id, "
        "kind",
    ),
    "marts.margin_by_month": (
        "month, revenue_cents, "
        + ", ".join(
            f"if(state = 'final' or cost_cents <> 0, {name}, null) as {name}"
            for name in ("cost_cents", "margin_cents", "margin_pct")
        )
        + ", state, currency",
        "month desc, currency",
    ),
    "marts.margin_by_tenant": (
        "month, tenant_id, revenue_cents, cost_cents, margin_cents, margin_pct, "
        "currency",
        "state = 'final' desc, month desc, margin_cents, tenant_id",
    ),
    "marts.margin_by_deployment": (
        "month, tenant_id, deployment_id, revenue_cents, cost_cents, margin_cents, "
        "currency",
        "state = 'final' desc, month desc, margin_cents, tenant_id, deployment_id",
    ),
    "marts.margin_by_kind": (
        "month, kind, revenue_cents, cost_cents, margin_cents, currency",
        "state = 'final' desc, month desc, cost_cents desc, kind",
    ),
    "marts.unit_costs": (
        "month, billing_kind, unit, quantity, cost_cents, revenue_cents, "
        "unit_cost_cents, currency",
        "cost_cents is not null desc, month desc, cost_cents desc, billing_kind",
    ),
    "marts.cost_true_up": (
        "month, kind, resources, estimate_micros, invoiced_micros, difference_micros, "
        "currency",
        "invoiced_micros is not null desc, month desc, invoiced_micros desc, kind",
    ),
    "marts.invoice_changes": (
        "description, start_at, previous_micros as before_micros, "
        "amount_micros as now_micros, change_micros, received_at, currency",
        "received_at desc, abs(change_micros) desc, description, start_at, end_at",
    ),
    "marts.spend_over_threshold": (
        "period_start as month, tenant_id, threshold_cents as limit_cents, "
        "spend_cents, projected_cents, crossed_at, currency",
        "is_over desc, period_start desc, spend_cents desc, tenant_id",
    ),
    "marts.cost_lines": (
        "description, kind, amount_micros, match_method, unmatched_reason, "
        "tenant_id, currency",
        "period_start desc, amount_micros desc, line_number",
    ),
    "marts.cost_allocation": (
        "bucket, rule, tenant_id, deployment_id, amount_micros, currency",
        "amount_micros desc, invoice_uuid, line_number, tenant_id, deployment_id",
    ),
    "marts.provider_invoices": (
        "period, amount_micros, lines, status, matched_amount_pct, verdict, currency",
        "period desc, invoice_uuid",
    ),
    "marts.unmatched_costs": (
        "description, unmatched_reason as reason, amount_micros, role, tenant_id, "
        "currency",
        "period_start desc, amount_micros desc, line_number",
    ),
    "marts.resources": (
        "kind, name, size, region, status, tenant_id, deployment_id, valid_from",
        "valid_to is null desc, valid_from desc, resource_id",
    ),
    "marts.usage_daily": (
        "day, tenant_id, deployment_id, billing_kind, quantity, is_observed",
        "day desc, quantity desc, deployment_id, resource_id, billing_kind",
    ),
    "marts.tenant_invoices": (
        "number, tenant_id, document_type, status, total_cents, due_at, currency",
        "period_start desc, number",
    ),
    "marts.tenant_invoice_lines": (
        "description, line_kind, quantity, amount_cents, tenant_id, currency",
        "month desc, invoice_id, line_number",
    ),
    "marts.subscription_items": (
        "created_at, tenant_id, plan_code, item_kind, amount_cents, state, currency",
        "created_at desc, item_id",
    ),
    "marts.credit_balances": (
        "install_id, tier, used, remaining, planned_backend, reason, overdraft",
        "overdraft desc, remaining, install_id",
    ),
    "marts.open_drift": (
        "kind, provider_id, field, desired, actual, monthly_cost_delta_cents, currency",
        "abs(coalesce(monthly_cost_delta_cents, 0)) desc, drift_id",
    ),
    "marts.drift_history": (
        "opened_at, closed_at, kind, provider_id, field, desired, actual, status",
        "opened_at desc, drift_id",
    ),
    "marts.monthly_burn": (
        "month, month_to_date_micros, projected_micros, invoiced_micros, "
        "error_pct as backtest_error_pct, currency",
        "month desc, provider_account",
    ),
    "marts.data_quality": (
        "area, finding, subject_id, tenant_id, detail, happened_at",
        "happened_at desc nulls last, finding, subject_id",
    ),
}

LAST_FINAL = (
    "filter (where month = "
    "(select max(month) from marts.cost_vs_revenue where state = 'final'))"
)
# Amounts of different currencies never meet in one sum, not even in a plot.
ONE_CURRENCY = "case when count(distinct currency) = 1 then {} end"

# The few figures worth plotting, with their unit in the name: SQL over one mart.
FIGURES: Mapping[str, Mapping[str, str]] = {
    "marts.cost_vs_revenue": {
        "final_revenue_cents": f"sum(revenue_cents) {LAST_FINAL}",
        "final_cost_cents": f"sum(cost_cents) {LAST_FINAL}",
        "final_margin_cents": f"sum(margin_cents) {LAST_FINAL}",
    },
    "marts.spend_over_threshold": {
        "tenants_over_count": "count(distinct tenant_id) filter (where is_over)",
    },
    "marts.provider_invoices": {
        "matched_amount_pct": "max_by(matched_amount_pct, period) "
        "filter (where status = 'final')",
        "matched_lines_pct": "max_by(matched_lines_pct, period) "
        "filter (where status = 'final')",
    },
    "marts.cost_allocation": {
        f"{bucket}_micros": ONE_CURRENCY.format(
            f"sum(amount_micros) filter (where bucket = '{bucket}')"
        )
        for bucket in ("unattributed", "shared", "internal")
    },
    "marts.unmatched_costs": {
        "unmatched_micros": ONE_CURRENCY.format("sum(amount_micros)"),
    },
    "marts.balances": {
        "month_to_date_usage_micros": "max_by(month_to_date_usage_micros, generated_at)"
    },
    "marts.resources": {
        "current_resources_count": "count(*) filter (where valid_to is null)",
        "unattributed_resources_count": "count(*) filter "
        "(where valid_to is null and tenant_id = 'unattributed')",
    },
    "marts.usage_daily": {
        "unobserved_rows_count": "count(*) filter (where not is_observed)",
    },
    "marts.tenant_invoices": {
        "issued_documents_count": "count(*) filter (where status = 'issued')",
        "draft_documents_count": "count(*) filter (where status = 'draft')",
    },
    "marts.subscription_items": {
        "waiting_items_count": "count(*) filter (where state = 'waiting')",
    },
    "marts.credit_balances": {
        "overdraft_credits": "sum(overdraft)",
        "refused_installs_count": "count(*) filter (where planned_backend is null)",
    },
    "marts.open_drift": {
        "monthly_delta_cents": ONE_CURRENCY.format("sum(monthly_cost_delta_cents)"),
    },
    "marts.monthly_burn": {
        "projected_micros": ONE_CURRENCY.format("max_by(projected_micros, month)"),
        "mean_error_pct": "max_by(mean_error_pct, month)",
    },
    "marts.data_quality": {"findings_count": "count(*)"},
    "marts.quarantine": {"rows_set_aside_count": "count(*)"},
}


def preview(connection: duckdb.DuckDBPyConnection, model: Model) -> dict[str, str]:
    """The most telling rows as a Markdown table, foreign text cut and escaped."""
    first = list(model.columns)[:COLUMNS]
    if "currency" in model.columns and "currency" not in first:
        first.append("currency")
    columns = ", ".join(first)
    latest = ", ".join(f"{name} desc" for name in model.grain)
    chosen, order = PREVIEWS.get(model.table, (columns, latest))
    found = connection.execute(
        f"select {chosen} from {model.table} order by {order} limit {ROWS}"
    )
    names = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    if not rows:
        return {"preview": "No rows yet."}
    written = table(names, rows)
    lines = [
        [cell(label.text) for label in written.labels],
        ["---:" if label.is_number else "---" for label in written.labels],
        *([_whole(cell(one.text)) for one in row] for row in written.rows),
    ]
    return {"preview": "\n".join(map(table_line, lines))}


def _whole(text: str) -> str:
    """A month or a share is not broken over two lines of a narrow column."""
    return text.replace(" ", "\u00a0") if len(text) <= SHORT else text


def plots(
    connection: duckdb.DuckDBPyConnection, model: Model
) -> dict[str, int | float]:
    """The figures of a mart worth following; an unknown one is no zero."""
    figures = FIGURES.get(model.table, {})
    if not figures:
        return {}
    query = ", ".join(f"{sql} as {name}" for name, sql in figures.items())
    row = connection.execute(f"select {query} from {model.table}").fetchall()[0]
    return {
        name: value if isinstance(value, int) else round(float(value), 2)
        for name, value in zip(figures, row, strict=True)
        if value is not None
    }
