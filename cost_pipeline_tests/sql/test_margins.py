"""Cost beside revenue: what counts on which side, in which month, to which cent."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.models.rules import broken_audit
from cost_pipeline_tests.reference.margins import percent, report_cents
from cost_pipeline_tests.sql.margin_tables import CREDIT_COSTS, CREDIT_REVENUE
from cost_pipeline_tests.tables import build_models, fresh_warehouse

APRIL = date(2026, 4, 1)

DOCUMENTS = """
    invoice_id|tenant_id|status|subtotal_cents|tax_cents|total_cents|currency
    april     |acme     |issued|5672          |567      |6239       |AUD
"""
LINES = """
    invoice_id|line_number|line_kind|deployment_id|resource_kind |amount_cents|currency
    april     |1          |plan_base|studio       |              |5000        |AUD
    april     |2          |overage  |studio       |droplet_hours |672         |AUD
    april     |3          |tax      |             |GST           |567         |AUD
"""
COST_LINES = """
    invoice_uuid|line_number|kind   |charge_category|period_start|source_file|source_row
    uuid-1      |1          |droplet|usage          |2026-04-01  |file       |1
    uuid-1      |2          |       |tax            |2026-04-01  |file       |2
    uuid-1      |3          |droplet|usage          |2026-04-01  |file       |3
"""
ALLOCATION = """
    invoice_uuid|line_number|tenant_id   |deployment_id|bucket  |rule |amount_micros
    uuid-1      |1          |acme        |studio       |tenant  |owner|12_000_000
    uuid-1      |2          |unattributed|unattributed |tax     |tax  |2_000_000
    uuid-1      |3          |unattributed|unattributed |internal|own  |3_000_000
"""
INVOICES = """
    invoice_uuid | period_start | lines_micros | verdict  | status
    uuid-1       | 2026-04-01   | 17_000_000   | accepted | final
"""
RATES = """
    day        | base | quote | rate | rate_date
    2026-04-30 | USD  | AUD   | 1.5  | 2026-04-30
"""
TENANTS = """
    tenant_id | currency
    acme      | AUD
"""


def margins(lines: str = LINES, **changed: str) -> list[dict[str, Any]]:
    """Rows of the margin table; every audit that stands beside it must hold."""
    tables = {
        "core.documents": changed.get("documents", DOCUMENTS),
        "core.calendar_lines": whole_lines(lines),
        "core.cost_lines": COST_LINES,
        "core.cost_allocation": in_dollars(ALLOCATION),
        "core.provider_invoices": changed.get("invoices", INVOICES),
        "core.fx_daily": changed.get("rates", RATES),
        "core.credit_costs": changed.get("credit_costs", CREDIT_COSTS),
        "core.credit_revenue": changed.get("credit_revenue", CREDIT_REVENUE),
        "raw.tenants": TENANTS,
    }
    with fresh_warehouse() as connection:
        shown = ("marts.cost_vs_revenue", "marts.cost_trace")
        build_models(connection, *shown, given=tables)
        for audit in all_audits():
            if audit.table in shown:
                assert broken_audit(connection, audit) == []
        found = connection.execute("from marts.cost_vs_revenue order by all")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def in_dollars(text: str) -> str:
    rows = [line.strip() for line in text.strip().splitlines()]
    return "\n".join([f"{rows[0]}|currency", *[f"{row}|USD" for row in rows[1:]]])


def whole_lines(text: str) -> str:
    """Lines of April with the columns that do not matter to a margin."""
    rows = [line.strip() for line in text.strip().splitlines()]
    names = "service_start|service_end|quantity|unit_price_cents|description"
    fixed = "2026-04-01 00:00|2026-05-01 00:00|1|1|x"
    return "\n".join([f"{rows[0]}|{names}", *[f"{row}|{fixed}" for row in rows[1:]]])


def picked(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


CELL = ("tenant_id", "deployment_id", "kind", "revenue_cents", "cost_cents")


def test_overage_stands_beside_the_cost_of_its_kind_and_tax_on_neither_side():
    rows = margins()
    assert picked(rows, *CELL, "margin_cents", "margin_pct", "state") == [
        ("acme", "studio", "droplet", 672, 1800, -1128, Fraction(-1679, 10), "final"),
        ("acme", "studio", "plan", 5000, 0, 5000, 100, "final"),
        ("internal", "internal", "droplet", 0, 450, -450, None, "final"),
    ]


def test_cost_is_shown_as_billed_and_with_the_rate_it_was_converted_at():
    rows = margins()
    assert picked(rows, "cost_micros_usd", "fx_rate", "fx_date", "currency") == [
        (12_000_000, Fraction(3, 2), date(2026, 4, 30), "AUD"),
        (0, Fraction(3, 2), date(2026, 4, 30), "AUD"),
        (3_000_000, Fraction(3, 2), date(2026, 4, 30), "AUD"),
    ]


def test_without_a_rate_cost_is_unknown_and_not_zero():
    rows = margins(rates=RATES.replace("AUD", "NZD"))
    assert picked(rows, "cost_cents", "margin_cents", "state") == [
        (None, None, "provisional"),
        (0, 5000, "final"),
        (None, None, "provisional"),
    ]


def test_the_rate_is_the_one_of_the_last_day_of_the_month():
    rates = """
        day        | base | quote | rate | rate_date
        2026-04-29 | USD  | AUD   | 1.4  | 2026-04-29
        2026-04-30 | USD  | AUD   | 1.5  | 2026-04-28
        2026-05-01 | USD  | AUD   | 1.6  | 2026-05-01
    """
    assert margins(rates=rates)[0]["fx_date"] == date(2026, 4, 28)


@pytest.mark.parametrize(
    ("document", "invoice", "state"),
    [
        pytest.param("issued", "accepted | final", "final", id="all is done"),
        pytest.param("issued", "accepted | changed", "final", id="to be corrected"),
        pytest.param("issued", "none | preview", "provisional", id="month runs"),
        pytest.param("issued", "refused | refused", "provisional", id="refused"),
        pytest.param("issued", "none | known", "provisional", id="not fetched"),
        pytest.param("draft", "accepted | final", "provisional", id="a draft"),
        pytest.param("before_start", "accepted | final", "provisional", id="not owed"),
    ],
)
def test_a_cell_is_final_when_nothing_about_it_is_open(document, invoice, state):
    rows = margins(
        documents=DOCUMENTS.replace("issued", document),
        invoices=INVOICES.replace("accepted | final", invoice),
    )
    assert rows[0]["state"] == state


def test_a_month_with_two_accounts_is_final_when_both_are_billed():
    second = "uuid-2 | 2026-04-01 | 0 | none | known"
    rows = margins(invoices=f"{INVOICES}{second}")
    assert {row["state"] for row in rows} == {"provisional"}


def test_a_void_document_earns_nothing_and_its_cost_stays():
    rows = margins(documents=DOCUMENTS.replace("issued", "void  "))
    assert picked(rows, *CELL)[0] == ("acme", "studio", "droplet", 0, 1800)
    assert sum(row["revenue_cents"] for row in rows) == 0


def test_revenue_of_an_unknown_kind_keeps_its_name():
    rows = margins(LINES.replace("droplet_hours", "llm_tokens   "))
    assert ("acme", "studio", "llm_tokens", 672, 0) in picked(rows, *CELL)


def test_a_line_of_the_whole_tenant_stands_under_a_named_value():
    rows = margins(LINES.replace("plan_base|studio", "plan_base|      "))
    assert ("acme", "unattributed", "plan", 5000, 0) in picked(rows, *CELL)


def test_revenue_of_another_currency_is_converted_and_kept_beside():
    rates = RATES + "2026-04-30 | EUR | AUD | 1.75 | 2026-04-30"
    rows = margins(
        LINES.replace("AUD", "EUR"),
        documents=DOCUMENTS.replace("AUD", "EUR"),
        rates=rates,
    )
    kept = ("revenue_currency", "revenue_original_cents", "revenue_cents")
    assert picked(rows, *kept)[:2] == [("EUR", 672, 1176), ("EUR", 5000, 8750)]


def test_credits_stand_in_columns_of_their_own():
    rows = margins(
        credit_costs=CREDIT_COSTS
        + "2026-04-01|acme|phone|credits|gemini|10|40_000|USD\n"
        + "2026-04-01|acme|phone|credits|hardware|10|20_000|USD",
        credit_revenue=CREDIT_REVENUE + "\n2026-04-01|acme|phone|900|AUD",
    )
    kept = ("unit_revenue_cents", "unit_cost_cents", "revenue_cents", "cost_cents")
    assert picked([row for row in rows if row["kind"] == "credits"], *kept) == [
        (900, 9, 0, 0)
    ]


amounts = st.integers(-(10**12), 10**12)
cells = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("def"), st.sampled_from("gh")),
    amounts,
    min_size=1,
    max_size=10,
)
rates = st.integers(1, 5 * 10**10).map(lambda part: Decimal(part).scaleb(-10))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(cells, rates), min_size=8, max_size=24))
def test_cells_sum_to_the_month_and_equal_the_reference(cases):
    months = [date(2020 + i // 12, i % 12 + 1, 1) for i in range(len(cases))]
    expected = {
        (month, *cell): cents
        for month, (micros, rate) in zip(months, cases, strict=True)
        for cell, cents in report_cents(micros, Fraction(rate)).items()
    }
    costs = [
        f"'cost', date '{month}', '{cell[0]}', '{cell[1]}', '{cell[2]}', 'USD', "
        f"{amount}, false"
        for month, (micros, _) in zip(months, cases, strict=True)
        for cell, amount in micros.items()
    ]
    rated = [
        f"date '{month}', 'USD', 'AUD', cast({rate:f} as decimal(18,10)), null::date"
        for month, (_, rate) in zip(months, cases, strict=True)
    ]
    with fresh_warehouse() as connection:
        connection.execute(
            f"create table core.margin_amounts as from (values ({'), ('.join(costs)})) "
            "as t (side, month, tenant_id, deployment_id, kind, currency, "
            "amount_micros, is_provisional);"
            f"create table core.margin_rates as from (values ({'), ('.join(rated)})) "
            "as t (month, currency, report_currency, fx_rate, fx_date)"
        )
        build(connection, all_models()["core.margin_cells"])
        found = connection.execute(
            "select month, tenant_id, deployment_id, kind, report_cents "
            "from core.margin_cells"
        ).fetchall()
    assert {row[:4]: row[4] for row in found} == expected


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
@settings(max_examples=50)
def test_a_margin_in_percent_keeps_its_sign(revenue, margin):
    share = percent(revenue, margin)
    assert (share is None) == (revenue <= 0)
    assert share is None or share * margin >= 0
