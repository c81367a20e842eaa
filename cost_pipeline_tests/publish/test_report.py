"""The report: true, the same each time, inert, and whole without its inputs."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from cost_pipeline.publish.pictures import BAR_WIDTH, Group, Scale, bar, columns
from cost_pipeline.publish.report import render_report, write_report
from cost_pipeline.publish.report_sections import sections
from cost_pipeline.publish.report_values import cents_of, table, write
from cost_pipeline_tests.publish.published_world import (
    SCRIPT,
    TABLES,
    empty,
    publish_by_hand,
)

NOW = datetime(2026, 5, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("published")
    return render_report(publish_by_hand(folder / "cost.duckdb"), NOW)


def section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    assert found, f"no section {name}"
    return re.sub(r"\s+", " ", found[0])


def test_the_last_final_month_and_the_running_one_are_the_headlines(page):
    figures = section(page, "month")
    assert "April 2026" in figures
    assert "May 2026" in figures
    assert "1,319.72" in figures
    assert "98.61" in figures
    assert "1,221.11" in figures


def test_the_story_names_who_lost_the_most(page):
    story = re.sub(r"\s+", " ", page)
    assert "customers were billed 1,319.72 AUD and the provider cost 98.61" in story
    assert "1 of 4 customers cost more than they paid; the most, 28.21 AUD" in story
    assert "was for orchard" in story
    assert "12.00 AUD went to nobody known" in story


def test_the_worst_margins_stand_first_with_a_true_minus(page):
    tenants = section(page, "tenants")
    assert tenants.index("orchard") < tenants.index("pilot") < tenants.index("relays")
    assert "−28.21" in tenants
    assert "−141.1 %" in tenants


@pytest.mark.parametrize("one", sections(), ids=lambda one: one.id)
def test_every_section_is_there(page, one):
    assert one.title.split("'")[0] in section(page, one.id)


def test_a_picture_has_words_and_a_table_beside_it(page):
    trend = section(page, "trend")
    assert re.search(
        r'role="img" aria-label="Revenue, cost and margin by month\.', trend
    )
    assert "<table" in trend


def test_chapters_name_the_month_they_are_about(page):
    assert '<p class="chapter">April 2026</p>' in page
    assert '<p class="chapter">The provider&#39;s bill of April 2026</p>' in page


def test_a_bill_that_was_replaced_shows_the_lines_that_differ(page):
    reissued = section(page, "reissued")
    assert "press-lb (lb-small)" in reissued
    assert "−8.14" in reissued
    assert "press-web" not in reissued


def test_hostile_names_are_inert(page):
    assert SCRIPT not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_asks_nobody_for_anything(page):
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in page
    assert re.findall(r'(?:src|href)="(?!#|data:)', page) == []


def test_equal_tables_and_an_equal_now_give_equal_pages(tmp_path, page):
    again = publish_by_hand(tmp_path / "cost.duckdb")
    written = write_report(again, tmp_path / "report.html", NOW)
    assert written.read_text("utf-8") == page


@pytest.mark.parametrize("missing", TABLES)
def test_a_missing_table_is_named_and_the_rest_is_told(tmp_path, missing):
    page = render_report(publish_by_hand(tmp_path / "a.duckdb", (missing,)), NOW)
    for one in sections():
        shown = section(page, one.id)
        assert (f"{missing} is not published yet" in shown) == (
            missing in one.tables and missing == first_missing(one.tables, missing)
        )


def first_missing(tables: tuple[str, ...], missing: str) -> str | None:
    known = set(TABLES) - {missing}
    return next((name for name in tables if name not in known), None)


def test_empty_tables_give_a_whole_page(tmp_path):
    page = render_report(empty(tmp_path / "cost.duckdb"), NOW)
    assert "No month has figures yet." in page
    for one in sections():
        assert section(page, one.id)


def test_no_table_at_all_gives_a_whole_page(tmp_path):
    page = render_report(publish_by_hand(tmp_path / "cost.duckdb", tuple(TABLES)), NOW)
    assert "No month has figures yet." in page


def test_amounts_without_an_exchange_rate_are_counted_apart(tmp_path):
    path = publish_by_hand(tmp_path / "cost.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update marts.cost_vs_revenue set cost_cents = null, margin_cents = null "
            "where month = '2026-04-01' and kind = 'spaces_bucket'"
        )
    page = re.sub(r"\s+", " ", render_report(path, NOW))
    assert "1 amount has no exchange rate" in page


def test_an_input_that_nobody_renewed_is_called_late(tmp_path, page):
    fresh = r"Provider balance.*?less than an hour.*?in time"
    assert re.search(fresh, section(page, "inputs"))
    published = publish_by_hand(tmp_path / "cost.duckdb")
    month_later = render_report(published, NOW + timedelta(days=30))
    late = r"Provider balance.*?30 days.*?>late<"
    assert re.search(late, section(month_later, "inputs"))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("a_cents", -123456, "−1,234.56", id="a negative amount"),
        pytest.param("a_cents", -5, "−0.05", id="the sign is kept below one"),
        pytest.param("a_micros", 5_000, "0.01", id="half a cent, away from zero"),
        pytest.param("a_micros", -4_999, "0.00", id="less than half a cent"),
        pytest.param("a_cents", Decimal("0.125"), "0.00125", id="a part of a cent"),
        pytest.param("quantity", Decimal("672.500000"), "672.5", id="a quantity"),
        pytest.param("a_pct", Decimal("-141.1"), "−141.1 %", id="per cent"),
        pytest.param("month", date(2026, 4, 1), "Apr 2026", id="a month"),
        pytest.param("a_at", datetime(2026, 4, 1, 9, 5), "1 Apr 2026, 09:05", id="at"),
        pytest.param("name", None, "–", id="nothing"),
        pytest.param("name", "a\n b", "a b", id="white space"),
    ],
)
def test_a_value_is_written_as_its_name_asks(name, value, expected):
    assert write(name, value) == expected


def test_cents_of_millionths_round_half_away_from_zero():
    assert [cents_of(n) for n in (15_000, -15_000, 14_999)] == [2, -2, 1]


def test_two_currencies_in_a_table_stand_in_each_cell():
    rows = [["a", 100, "AUD"], ["b", 200, "USD"]]
    written = table(["tenant", "cost_cents", "currency"], rows)
    assert [row[1].text for row in written.rows] == ["1.00 AUD", "2.00 USD"]
    assert [label.text for label in written.labels] == ["Tenant", "Cost"]


def test_bars_share_one_zero():
    gain, loss = bar(50, -50, 50), bar(-50, -50, 50)
    assert f'x="{BAR_WIDTH // 2}" y="1" width="{BAR_WIDTH // 2}"' in gain
    assert f'x="0" y="1" width="{BAR_WIDTH // 2}"' in loss
    assert bar(None, -50, 50) == ""


def test_the_axis_has_a_few_round_amounts_with_zero_among_them():
    for low, high in ((0, 1), (-37_00, 912_00), (0, 10**12), (-5, 5)):
        ticks = Scale(low, high).ticks()
        assert 0 in ticks
        assert len(ticks) <= 6


def test_a_picture_names_no_month_as_markup():
    drawn = columns([Group("<b>", 1, 1, 0)], 'a"b', "<c>")
    assert "<b>" not in drawn
    assert "<c>" not in drawn


def test_a_month_without_the_bill_shows_no_margin(tmp_path):
    path = publish_by_hand(tmp_path / "cost.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update marts.cost_vs_revenue set cost_cents = 0, "
            "margin_cents = revenue_cents where month = '2026-05-01'"
        )
    figures = section(render_report(path, NOW), "month")
    assert "The provider's bill is still to come." in figures
    assert "100.0 %" not in figures


def test_a_long_table_keeps_the_largest_and_says_so(tmp_path):
    path = publish_by_hand(tmp_path / "cost.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "insert into marts.cost_vs_revenue select margins.* replace ("
            "'small' || number as tenant_id, 1 as revenue_cents, 0 as cost_cents, "
            "1 as margin_cents) from marts.cost_vs_revenue as margins, "
            "range(40) as n(number) "
            "where month = '2026-04-01' and tenant_id = 'unattributed'"
        )
    tenants = section(render_report(path, NOW), "tenants")
    assert "The 15 largest of 45 rows" in tenants
    assert "orchard" in tenants
    assert "relays" in tenants
