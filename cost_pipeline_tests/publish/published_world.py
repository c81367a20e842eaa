"""A small published file by hand: one believable business, and some hostile names.

For tests of what reads the published file. Tests of what fills it run the models.
"""

from pathlib import Path

import duckdb

from cost_pipeline_tests.tables import give

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"

MARGINS = """
    month | tenant_id | deployment_id | kind | revenue_currency | revenue_cents | cost_cents | margin_cents | currency | revenue_original_cents | cost_micros_usd | fx_rate | fx_date | state
    2026-03-01 | pilot | studio | plan | AUD | 5000 | 0 | 5000 | AUD | 5000 | 0 | 1.5 | 2026-03-31 | final
    2026-03-01 | pilot | studio | droplet | AUD | 600 | 2700 | -2100 | AUD | 600 | 18000000 | 1.5 | 2026-03-31 | final
    2026-04-01 | pilot | studio | plan | AUD | 5000 | 0 | 5000 | AUD | 5000 | 0 | 1.5 | 2026-04-30 | final
    2026-04-01 | pilot | studio | droplet | AUD | 672 | 3000 | -2328 | AUD | 672 | 20000000 | 1.5 | 2026-04-30 | final
    2026-04-01 | pilot | studio | spaces_bucket | AUD | 750 | 750 | 0 | AUD | 750 | 5000000 | 1.5 | 2026-04-30 | final
    2026-04-01 | orchard | press | plan | AUD | 2000 | 0 | 2000 | AUD | 2000 | 0 | 1.5 | 2026-04-30 | final
    2026-04-01 | orchard | press | droplet | AUD | 0 | 4821 | -4821 | AUD | 0 | 32140000 | 1.5 | 2026-04-30 | final
    2026-04-01 | relays | relays | plan | USD | 123450 | 0 | 123450 | AUD | 82300 | 0 | 1.5 | 2026-04-30 | final
    2026-04-01 | <script>alert(1)</script> | =cmd/calc | snapshot | AUD | 100 | 90 | 10 | AUD | 100 | 600000 | 1.5 | 2026-04-30 | final
    2026-04-01 | unattributed | unattributed | droplet | AUD | 0 | 1200 | -1200 | AUD | 0 | 8000000 | 1.5 | 2026-04-30 | final
    2026-05-01 | pilot | studio | plan | AUD | 5000 | 0 | 5000 | AUD | 5000 | 0 | 1.5 | 2026-05-19 | provisional
    2026-05-01 | orchard | press | droplet | AUD | 0 | 900 | -900 | AUD | 0 | 6000000 | 1.5 | 2026-05-19 | provisional
"""  # noqa: E501

TABLES = {
    "marts.cost_vs_revenue": MARGINS,
    "marts.cost_allocation": """
        invoice_uuid | line_number | tenant_id | deployment_id | bucket | rule | rule_version | amount_micros | currency
        april | 1 | pilot | studio | tenant | own | 1 | 25000000 | USD
        april | 2 | orchard | press | tenant | own | 1 | 32140000 | USD
        april | 3 | unattributed | unattributed | unattributed | keep | 1 | 8000000 | USD
        april | 4 | unattributed | unattributed | tax | keep | 1 | 6514000 | USD
    """,  # noqa: E501
    "marts.provider_invoices": """
        invoice_uuid | period | period_start | amount_micros | currency | lines | status | received_at
        april | 2026-04 | 2026-04-01 | 71654000 | USD | 4 | final | 2026-05-01 08:00:00
    """,  # noqa: E501
    "marts.invoice_changes": """
        invoice_uuid | version | received_at | description | start_at | end_at | previous_micros | amount_micros | change_micros | currency
        april | v2 | 2026-05-05 | press-lb (lb-small) | 2026-04-01 | 2026-04-10 | 12000000 | 3860000 | -8140000 | USD
        april | v2 | 2026-05-05 | press-web | 2026-04-01 | 2026-05-01 | 100 | 100 | 0 | USD
    """,  # noqa: E501
    "marts.unmatched_costs": """
        invoice_uuid | line_number | period_start | description | amount_micros | currency | unmatched_reason
        april | 3 | 2026-04-01 | old-worker (s-1vcpu-1gb) | 8000000 | USD | destroyed_historic
        april | 4 | 2026-04-01 | GST | 6514000 | USD | tax
    """,  # noqa: E501
    "marts.spend_over_threshold": """
        period_start | tenant_id | metric | threshold_pct | plan_code | plan_price_cents | currency | threshold_cents | spend_cents | projected_cents | is_over | crossed_at | alerted_at
        2026-05-01 | hosted | fly_compute_spend | 200 | hosted_pro | 2900 | USD | 5800 | 6110 | 9900 | true | 2026-05-17 04:11:09 | 2026-05-18 00:00:00
        2026-05-01 | calm | fly_compute_spend | 200 | hosted_pro | 2900 | USD | 5800 | 100 | 160 | false | null | null
    """,  # noqa: E501
    "marts.open_drift": """
        drift_id | kind | provider_id | field | desired | actual | status | opened_at | monthly_cost_delta_cents | currency
        d1 | droplet | 53180002 | size | s-1vcpu-1gb | s-2vcpu-2gb | open | 2026-05-02 | 600 | USD
    """,  # noqa: E501
    "marts.data_quality": """
        area | finding | subject_id | tenant_id | detail | happened_at
        costs | invoice_reissued | april | unattributed | the total changed by -8.14 USD | 2026-05-05
        credits | credit_overdraft | =cmd | credits | 3 credits beyond the quota | 2026-05-03
    """,  # noqa: E501
    "marts.tenant_invoices": """
        invoice_id | number | revision | document_type | corrects_invoice_id | tenant_id | cycle | period_start | period_end | subtotal_cents | tax_cents | total_cents | currency | status | issued_at | due_at
        a | INV-2026-04-pilot | 1 | invoice | null | pilot | calendar | 2026-04-01 | 2026-05-01 | 6422 | 642 | 7064 | AUD | issued | 2026-05-01 03:00:00 | 2026-05-15
        b | ADJ-2026-03-pilot | 1 | adjustment | a0 | pilot | calendar | 2026-03-01 | 2026-04-01 | -100 | -10 | -110 | AUD | issued | 2026-05-01 03:00:00 | 2026-05-15
    """,  # noqa: E501
    "marts.tenant_invoice_lines": """
        invoice_id | line_number | tenant_id | line_kind | description | amount_cents | currency | quantity
        a | 1 | pilot | plan_base | Studio | 5000 | AUD | 1.0
        a | 2 | pilot | overage | =HYPERLINK("http://x.test","y") | 672 | AUD | 672.5
    """,  # noqa: E501
    "marts.fx_rates": """
        day | base | quote | rate | rate_date
        2026-05-19 | USD | AUD | 1.5 | 2026-05-19
    """,
    "marts.balances": """
        generated_at | month_to_date_usage_micros | currency
        2026-05-19 23:07:00 | 34000000 | USD
    """,
}


def publish_by_hand(path: Path, without: tuple[str, ...] = ()) -> Path:
    """Write the tables into a DuckDB file, as the pipeline would have."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for table, text in TABLES.items():
            if table not in without:
                give(connection, table, text)
    return path


def empty(path: Path) -> Path:
    """All tables are there and none has a row."""
    publish_by_hand(path)
    with duckdb.connect(str(path)) as connection:
        for table in TABLES:
            connection.execute(f"delete from {table}")
    return path
