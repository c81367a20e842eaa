"""What is read beside the margins: estimates, burn, unit costs, roll-ups, credits."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from cost_pipeline_tests.sql.margin_tables import CREDIT_COSTS, CREDIT_REVENUE

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
SIZES = """
    account | slug | price_monthly_micros | price_hourly_micros
    do:demo | s-1  | 6_000_000            | 8_930
    do:demo | s-2  | 12_000_000           | 17_860
"""
RESOURCE = "resource_id|provider|provider_account|kind|size|size_gb|document|"
COSTS = "period_start|provider_account|kind|currency|amount_micros|charge_category\n"
BILLS = "period_start|provider_account|verdict|status\n"


def resources(*rows: str, costs: str = "", bills: str = "") -> dict[str, str]:
    return {
        "core.resources": "\n".join([f"{RESOURCE}valid_from|valid_to", *rows]),
        "core.size_prices": SIZES,
        "core.cost_lines": f"{COSTS}{costs}",
        "core.provider_invoices": f"{BILLS}{bills}",
    }


@pytest.mark.parametrize(
    ("spans", "micros"),
    [
        pytest.param([("s-1", "04-01", "05-01")], 6_000_000, id="a month is capped"),
        pytest.param([("s-1", "04-30", "")], 24 * 8_930, id="a day by the hour"),
        pytest.param(
            [("s-1", "04-01", "04-02"), ("s-2", "04-02", "04-03")],
            24 * 8_930 + 24 * 17_860,
            id="two sizes, each at its price",
        ),
        pytest.param([("s-9", "04-01", "05-01")], None, id="no price, no guess"),
        pytest.param([("s-1", "03-01", "04-01")], None, id="not of this month"),
    ],
)
def test_a_droplet_is_estimated_by_the_second_up_to_the_price_of_a_month(
    run_model, spans, micros
):
    rows = [
        f"d1|do|demo|droplet|{size}|25|{{}}|2026-{start} 00:00"
        f"|{f'2026-{end} 00:00' if end else ''}"
        for size, start, end in spans
    ]
    found = run_model(
        "marts.cost_true_up", resources(*rows), select="month, estimate_micros"
    )
    assert dict(found).get(APRIL) == micros


def test_backups_are_a_share_of_the_droplet_and_snapshots_go_by_size(run_model):
    rows = run_model(
        "marts.cost_true_up",
        resources(
            'd1|do|demo|droplet|s-1|25|{"features":["backups"]}|2026-04-01|2026-05-01',
            "s1|do|demo|snapshot||12.5|{}|2026-04-01|2026-04-16",
        ),
        select="kind, resources, estimate_micros",
    )
    assert rows == [
        ("droplet", 1, 6_000_000),
        ("droplet_backup", 1, 1_200_000),
        ("snapshot", 1, 375_000),
    ]


def test_the_estimate_stands_beside_the_bill_and_a_month_without_a_bill_is_unknown(
    run_model,
):
    rows = run_model(
        "marts.cost_true_up",
        resources(
            "d1|do|demo|droplet|s-1|25|{}|2026-04-01|",
            "d2|do|demo|droplet|s-2|25|{}|2026-04-01|2026-04-01 01:00",
            costs="2026-04-01|demo|droplet|USD|8_023_813|usage\n"
            "2026-04-01|demo|spaces_bucket|USD|5_000_000|usage\n"
            "2026-04-01|demo|tax|USD|1_300_000|tax",
            bills="2026-04-01|demo|accepted|final\n2026-05-01|demo|none|preview",
        ),
        select="month, kind, resources, estimate_micros, invoiced_micros, "
        "difference_pct",
    )
    assert rows == [
        (APRIL, "droplet", 2, 6_017_860, 8_023_813, Decimal("25.0")),
        (APRIL, "spaces_bucket", 0, None, 5_000_000, None),
        (MAY, "droplet", 1, 19 * 24 * 8_930, None, None),
    ]


BALANCES = """
    month      | provider_account | generated_at     | month_to_date_usage_micros
    2026-03-01 | demo             | 2026-03-10 00:00 | 9_000_000
    2026-03-01 | demo             | 2026-03-25 00:00 | 20_000_000
    2026-04-01 | demo             | 2026-04-16 00:00 | 15_000_000
"""
BURNT = """
    invoice_uuid | period_start | provider_account | verdict  | status | currency
    one          | 2026-03-01   | demo             | accepted | final  | USD
    two          | 2026-02-01   | demo             | accepted | final  | USD
"""
# A balance holds no tax, so the tax of an invoice is no error of the projection.
BURNT_LINES = """
    invoice_uuid | line_number | charge_category | amount_micros
    one          | 1           | usage           | 26_000_000
    one          | 2           | credit          | -1_000_000
    one          | 3           | tax             | 2_500_000
    two          | 1           | usage           | 30_000_000
"""


def test_burn_is_projected_and_tested_on_earlier_months_at_the_same_share(run_model):
    rows = run_model(
        "marts.monthly_burn",
        {
            "core.balances": BALANCES.replace("micros\n", "micros|currency\n").replace(
                "_000\n", "_000|USD\n"
            ),
            "core.provider_invoices": BURNT,
            "core.cost_lines": BURNT_LINES,
        },
        now=datetime(2026, 4, 20),
        select="month, month_to_date_micros, projected_micros, invoiced_micros, "
        "backtest_projected_micros, error_pct, mean_error_pct",
    )
    error = Decimal("24.0")
    assert rows == [
        (date(2026, 2, 1), None, None, 30_000_000, None, None, error),
        (
            date(2026, 3, 1),
            20_000_000,
            25_833_333,
            25_000_000,
            31_000_000,
            error,
            error,
        ),
        (APRIL, 15_000_000, 30_000_000, None, 30_000_000, None, error),
    ]


def test_a_unit_costs_what_its_deployments_cost_divided_by_what_they_used(run_model):
    cells = "side|month|deployment_id|kind|report_cents\n"
    rows = run_model(
        "marts.unit_costs",
        {
            "core.usage_daily": "day|deployment_id|billing_kind|base_quantity"
            "|base_per_unit\n2026-04-01|studio|droplet_hours|86400|3600\n"
            "2026-04-02|studio|droplet_hours|7200|3600",
            "core.margin_cells": f"{cells}cost|2026-04-01|studio|droplet|39\n"
            "revenue|2026-04-01|studio|droplet|52\ncost|2026-04-01|other|droplet|99",
            "core.credit_costs": CREDIT_COSTS
            + "2026-04-01|acme|phone|credits|gemini|3|7_200|USD",
            "core.margin_rates": "month|currency|report_currency|fx_rate\n"
            "2026-04-01|USD|AUD|1.5",
        },
        select="billing_kind, quantity, cost_cents, unit_cost_cents, "
        "unit_revenue_cents",
    )
    assert rows == [
        ("droplet_hours", 26, 39, Decimal("1.5"), Decimal("2")),
        ("gemini", 3, 1, Decimal("0.36"), None),
    ]


MARGINS = """
    month|tenant_id|deployment_id|kind|currency|revenue_cents|cost_cents|cost_micros_usd|is_final
    2026-04-01|acme|studio|droplet|AUD|300|100|70|true
    2026-04-01|acme|studio|snapshot|AUD|0|150|90|true
    2026-04-01|zeta|press|plan|AUD|10|null|20|false
"""
BY_CUSTOMER = [
    (300, 250, 50, Decimal("16.7"), 160, "final"),
    (10, None, None, None, 20, "provisional"),
]
BY_KIND = [
    (300, 100, 200, Decimal("66.7"), 70, "final"),
    (10, None, None, None, 20, "provisional"),
    (0, 150, -150, None, 90, "final"),
]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("marts.margin_by_tenant", BY_CUSTOMER),
        ("marts.margin_by_deployment", BY_CUSTOMER),
        ("marts.margin_by_kind", BY_KIND),
        ("marts.margin_by_month", [(310, None, None, None, 180, "provisional")]),
    ],
)
def test_a_sum_with_an_unknown_part_is_unknown(run_model, table, expected):
    units = MARGINS.replace("|is_final", "|unit_revenue_cents|unit_cost_cents|is_final")
    for is_final in ("true", "false"):
        units = units.replace(f"|{is_final}\n", f"|0|0|{is_final}\n")
    rows = run_model(
        table,
        {"core.margins": units},
        select="revenue_cents, cost_cents, margin_cents, margin_pct, "
        "cost_micros_usd, state",
    )
    assert sorted(rows, key=str, reverse=len(rows) > 1) == expected


def test_a_tiers_price_is_not_cut_up_by_backend(run_model):
    rows = run_model(
        "marts.credit_margins",
        {
            "core.credit_costs": CREDIT_COSTS
            + "2026-04-01|acme|phone|credits|gemini|3|7_200|USD",
            "core.credit_revenue": CREDIT_REVENUE + "\n2026-04-01|acme|phone|900|AUD",
        },
        select="backend, currency, credits, cost_micros, revenue_cents",
    )
    assert rows == [("any", "AUD", 0, 0, 900), ("gemini", "USD", 3, 7200, 0)]
