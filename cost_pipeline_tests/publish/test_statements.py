"""What people print, book and compare."""

import csv
import io
from datetime import date

import pytest

from cost_pipeline.books.decision_rows import Decision, decide
from cost_pipeline.domain.amounts import format_cents, format_number
from cost_pipeline.publish.cells import neutral
from cost_pipeline.publish.invoice_drafts import drafts_of
from cost_pipeline.publish.journal import journal
from cost_pipeline.publish.statements import statements
from cost_pipeline_tests.usage_world import UsageWorld

APRIL = "INV-2026-04-pilot-AUD"
NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def world():
    """April issued, May drafted, for a customer with a hostile name."""
    world = UsageWorld(date(2026, 4, 1))
    world.give_pilot()
    world.connection.execute("update raw.tenants set name = ?", [f"=1+1 {NASTY}"])
    world.exist(*[(f"d{n}", "droplet", None, "2026-04-01", None) for n in range(3)])
    world.run("2026-05-02")
    show(world)
    return world


def show(world):
    """Both marts, as the union of one cycle."""
    marts = {"tenant_invoices": "documents", "tenant_invoice_lines": "lines"}
    for mart, core in marts.items():
        world.connection.execute(
            f"create or replace table marts.{mart} as from core.calendar_{core}"
        )


def booked(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_statement_is_one_page_that_says_what_the_invoice_says(world):
    pages = dict(statements(world.connection))
    page = pages[APRIL]
    for text in ("64.22", "6.42", "70.64", "Addon: storage_50gb", "2026-05-16"):
        assert text in page
    assert "Draft" in pages["INV-2026-05-pilot-AUD"]
    assert "http" not in page


def test_foreign_texts_are_shown_and_never_run(world):
    page = dict(statements(world.connection))[APRIL]
    assert NASTY not in page
    assert "&lt;script&gt;" in page
    assert booked(journal(world.connection))[0]["tenant"].startswith("'=1+1")


def test_the_journal_balances_and_holds_only_what_was_issued(world):
    rows = booked(journal(world.connection))
    assert [(row["account"], row["debit"], row["credit"]) for row in rows] == [
        ("accounts_receivable", "70.64", ""),
        ("revenue", "", "64.22"),
        ("tax_payable", "", "6.42"),
    ]


def test_documents_can_be_chosen_by_customer_and_month(world):
    assert [
        name for name, _ in statements(world.connection, month=date(2026, 4, 9))
    ] == [APRIL]
    assert list(statements(world.connection, tenant="nobody")) == []
    assert booked(journal(world.connection, month=date(2026, 5, 1))) == []


def test_a_draft_stands_beside_the_month_before(world):
    (row,) = drafts_of(world.connection, date(2026, 5, 20))
    assert (row.invoice_id, row.total_cents, row.last_month_cents) == (
        "INV-2026-05-pilot-AUD",
        6325,
        7064,
    )


def test_a_void_is_booked_back_on_its_day(world):
    decide(world.connection, Decision("void-invoice", APRIL, {"reason": "r"}), None)
    world.run("2026-05-03")
    show(world)
    rows = booked(journal(world.connection))
    assert {row["event"] for row in rows if row["document"] == APRIL} == {
        "issued",
        "void",
    }
    cents = {"debit": 0, "credit": 0}
    for row in rows:
        for side in cents:
            cents[side] += int(row[side].replace(".", "") or 0)
    assert cents["debit"] == cents["credit"]
    open_cents = sum(
        int(row["debit"].replace(".", "") or 0)
        - int(row["credit"].replace(".", "") or 0)
        for row in rows
        if row["account"] == "accounts_receivable"
    )
    assert open_cents == 7064


@pytest.mark.parametrize(
    ("text", "shown"),
    [("=1", "'=1"), ("+1", "'+1"), ("@a", "'@a"), ("-1", "'-1"), ("a=1", "a=1")],
)
def test_a_formula_is_a_text(text, shown):
    assert neutral(text) == shown


def test_amounts_are_written_exactly():
    from decimal import Decimal

    assert [format_cents(cents) for cents in (0, 5, -5, 123456)] == [
        "0.00",
        "0.05",
        "-0.05",
        "1234.56",
    ]
    assert [format_number(Decimal(n)) for n in ("672.000000", "0.350000", "100")] == [
        "672",
        "0.35",
        "100",
    ]
