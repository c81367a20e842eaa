"""How amounts, hours and foreign names are written, and what a letter says."""

import json
from pathlib import Path

import pytest

from cost_pipeline.domain.amounts import format_hours, format_rate, one_line
from cost_pipeline.domain.messages import (
    UnknownMessage,
    format_dollars,
    summarize_error_message,
    word,
)

VECTORS = Path(__file__).parents[1] / "golden" / "vectors"
# The original loses the sign below one dollar.
MENDED = {"13": "-$0.05", "14": "-$0.99", "15": "-$1.50"}


def cases(name):
    found = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["id"]) for case in found["cases"]]


@pytest.mark.parametrize("case", cases("fly_format_dollars"))
def test_cents_read_as_dollars_with_their_sign(case):
    expected = MENDED.get(case["id"], case["out"])
    assert format_dollars(case["in"]["cents"]) == expected


@pytest.mark.parametrize("case", cases("billing_summarize_error_message"))
def test_an_error_is_one_short_line(case):
    assert summarize_error_message(case["in"]["error"]) == case["out"]


def test_hours_and_rates_are_exact():
    assert format_hours(435_000) == "120.83 h"
    assert format_rate("0.00008465", 1, "USD") == "$0.003047 an hour"
    assert format_rate("16", 3600, "AUD") == "AUD 0.160000 an hour"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "a\r\nBcc: x@example.com", "a Bcc: x@example.com", id="line break"
        ),
        pytest.param("a\u2028b\x00c\u202ed", "a bcd", id="separator, NUL, override"),
        pytest.param("x" * 300, "x" * 199 + "…", id="too long"),
    ],
)
def test_a_foreign_name_stays_one_printable_line(text, expected):
    assert one_line(text) == expected


SPEND = {
    "tenant": "Orchard",
    "owner": "Ada",
    "metric": "fly_compute_spend",
    "month": "2026-05-01",
    "plan": "Hosted Pro",
    "plan_price_cents": 2900,
    "currency": "USD",
    "fx_rate": "1.0000000000",
    "threshold_pct": 200,
    "threshold_cents": 5800,
    "spend_cents": 8064,
    "projected_cents": 35712,
    "crossed_at": "2026-05-06 00:50:00",
    "rate_card": "fly-2026-08",
    "machines": [
        {
            "machine": "hosted-1",
            "type": "shared-cpu-1x",
            "seconds": 604_800,
            "price_cents": "16.000000000000",
            "per_seconds": 3600,
            "cost_cents": 2688,
            "currency": "USD",
        }
    ],
    "other_machines": 2,
}


def test_a_spend_letter_says_how_much_against_what_and_why():
    letter = word("spend_over_threshold", SPEND)
    said = " ".join([letter.greeting, *letter.paragraphs, *letter.closing])
    for fact in ("Ada", "$80.64", "$58.00", "200%", "Hosted Pro", "$357.12", "2 more"):
        assert fact in said
    row = ("hosted-1", "shared-cpu-1x", "168.00 h", "$0.160000 an hour", "$26.88")
    assert letter.rows == (row,)
    assert (
        letter.subject == "Estimated compute spend of Orchard reached $58.00 in 2026-05"
    )


def test_a_limit_in_another_currency_names_the_rate():
    facts = {**SPEND, "currency": "AUD", "fx_rate": "1.5000000000"}
    letter = word("spend_over_threshold", facts)
    assert "80.64 AUD" in letter.paragraphs[0]
    assert "1.5000000000 AUD per USD" in " ".join(letter.closing)


@pytest.mark.parametrize(
    ("rate", "words"),
    [("1.0000000000", "tax; "), ("1.4500000000", "tax, converted at 1.4500000000; ")],
)
def test_a_month_that_was_invoiced_is_over_and_says_where_its_lines_are(rate, words):
    invoiced = {"metric": "invoiced_cost", "owner": "", "machines": [], "fx_rate": rate}
    letter = word("spend_over_threshold", {**SPEND, **invoiced, "other_machines": 0})
    assert letter.greeting == "Hello,"
    assert "will end" not in " ".join(letter.paragraphs)
    assert f"{words}marts.cost_allocation" in letter.paragraphs[1]


def test_a_message_without_a_wording_is_named():
    with pytest.raises(UnknownMessage, match="no wording"):
        word("telegram", {})
