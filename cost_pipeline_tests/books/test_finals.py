"""Final margins: written once, corrected in the open, the same on every run."""

from datetime import UTC, date, datetime

import pytest

from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.models.rules import broken_audit
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.tables import fresh_warehouse, give, tell

APRIL = date(2026, 4, 1)
MAY_20 = datetime(2026, 5, 20, tzinfo=UTC)
JUNE_20 = datetime(2026, 6, 20, tzinfo=UTC)
COLUMNS = (
    "month|tenant_id|deployment_id|kind|revenue_currency|currency|revenue_cents"
    "|cost_cents|revenue_original_cents|cost_micros_usd|is_final\n"
)
CELL = "2026-04-01|acme|studio|droplet|AUD|AUD"
INVOICE = "invoice_uuid|period_start|verdict|version\nuuid-1|2026-04-01|accepted|"
DOCUMENT = "month|tenant_id|deployment_id|kind|currency|is_revenue|invoice_id\n"
DOCUMENTS = f"{DOCUMENT}2026-04-01|acme|studio|droplet|AUD|true|INV-1"


@pytest.fixture
def warehouse():
    with fresh_warehouse(MAY_20, date(2026, 4, 1)) as connection:
        give(connection, "core.provider_invoices", f"{INVOICE}first")
        give(connection, "core.document_lines", DOCUMENTS)
        yield connection


def run(connection, *cells):
    """One run: the margins are these, what is new is remembered, the rest shown."""
    give(connection, "core.margins", COLUMNS + "\n".join(cells))
    build(connection, all_models()["core.margin_changes"])
    written = tell(connection, "ledger.margin_finals")
    build(connection, all_models()["marts.margin_corrections"])
    audit = next(a for a in all_audits() if a.name == "finals_equal_their_revisions")
    assert broken_audit(connection, audit) == []
    return written.new


def corrections(connection):
    return connection.execute(
        "select revision, delta_revenue_cents, delta_cost_cents, reason "
        "from marts.margin_corrections order by all"
    ).fetchall()


def test_a_final_margin_is_remembered_once(warehouse):
    row = f"{CELL}|100|60|100|40|true"
    assert [run(warehouse, row), run(warehouse, row)] == [1, 0]
    assert corrections(warehouse) == []


def test_a_later_change_is_a_correction_that_says_why(warehouse):
    run(warehouse, f"{CELL}|100|60|100|40|true")
    give(warehouse, "core.provider_invoices", f"{INVOICE}second")
    assert run(warehouse, f"{CELL}|100|75|100|50|true") == 1
    assert corrections(warehouse) == [
        (1, 0, 15, "provider invoices: uuid-1@first -> uuid-1@second")
    ]


def test_a_bill_that_came_again_does_not_explain_a_cent_of_revenue(warehouse):
    run(warehouse, f"{CELL}|100|60|100|40|true")
    give(warehouse, "core.provider_invoices", f"{INVOICE}second")
    assert run(warehouse, f"{CELL}|99|60|100|40|true") == 1
    assert corrections(warehouse) == [
        (1, -1, 0, "owners, shares, or a cent of rounding moved")
    ]


def test_every_correction_is_the_difference_to_the_sum_of_those_before(warehouse):
    for cost in (60, 75, 60, 61):
        run(warehouse, f"{CELL}|100|{cost}|100|40|true")
    assert [row[:3] for row in corrections(warehouse)] == [
        (1, 0, 15),
        (2, 0, -15),
        (3, 0, 1),
    ]


def test_a_cost_that_moves_to_another_owner_is_corrected_on_both(warehouse):
    run(warehouse, f"{CELL}|0|60|0|40|true")
    other = f"{CELL.replace('studio', 'atelier')}|0|60|0|40|true"
    assert run(warehouse, other) == 2
    assert [row[:3] for row in corrections(warehouse)] == [(1, 0, -60)]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(f"{CELL}|100|60|100|40|false", id="provisional"),
        pytest.param(
            f"{CELL.replace('2026-04', '2026-03')}|1|2|1|2|true", id="before the start"
        ),
    ],
)
def test_what_is_not_final_or_was_before_the_start_is_not_remembered(warehouse, row):
    assert run(warehouse, row) == 0


def test_a_final_margin_with_a_new_draft_waits_for_the_document(warehouse):
    run(warehouse, f"{CELL}|100|60|100|40|true")
    assert run(warehouse, f"{CELL}|130|60|130|40|false") == 0


def test_drafts_only_remembers_nothing(warehouse):
    set_clock(warehouse, RunClock(MAY_20, None))
    assert run(warehouse, f"{CELL}|100|60|100|40|true") == 0


def test_a_run_of_the_past_tells_no_second_story(warehouse):
    set_clock(warehouse, RunClock(JUNE_20, date(2026, 4, 1)))
    run(warehouse, f"{CELL}|100|60|100|40|true")
    set_clock(warehouse, RunClock(MAY_20, date(2026, 4, 1)))
    assert run(warehouse, f"{CELL}|90|60|90|40|true") == 0
