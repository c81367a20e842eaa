"""What happens to an invoice: it is good, broken, re-issued, or not there at all."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from cost_pipeline.fetch.accepted_invoices import not_accepted, refused_invoices
from cost_pipeline.fetch.invoices import (
    due_invoices,
    land_invoices,
    partition_key,
    uuids_of,
)
from cost_pipeline.models.library import all_audits
from cost_pipeline.models.rules import broken_audit
from cost_pipeline_tests.bill_world import BOOKS, MAY_2, BillWorld, csv_file, line

MARTS = (*BOOKS, "marts.provider_invoices", "marts.cost_allocation")


@pytest.fixture
def world(tmp_path):
    return BillWorld(tmp_path)


def verdicts(world):
    return dict(
        world.rows(
            "select invoice_uuid, verdict from core.provider_invoices order by 1"
        )
    )


def test_one_bad_invoice_stops_only_itself(world):
    ten = [line(f"${n}.00") for n in range(1, 5)]
    files = {
        "good": csv_file(*ten),
        "one line missing": csv_file(*ten[:3]),
        "one line doubled": csv_file(*ten, ten[0]),
        "one cent off": csv_file(*ten[:3], line("$4.01")),
        "cut in a row": csv_file(*ten)[:-40],
        "a row set aside": csv_file(*ten[:3], line("4.00 USD")),
        "header only": csv_file(),
        "empty": b"",
        "a page of HTML": b"<html>502</html>",
        "an answer in JSON": b'{"message": "try later"}',
    }
    for uuid, body in files.items():
        world.biller.bill(uuid, "10.00", body)
    world.sync()
    world.books(tables=MARTS)
    expected = dict.fromkeys(sorted(files), "refused") | {"good": "accepted"}
    assert verdicts(world) == expected
    assert world.rows(
        "select invoice_uuid, sum(amount_micros) from core.cost_lines group by 1"
    ) == [("good", 10_000_000)]
    audit = next(a for a in all_audits() if a.name == "invoices_are_accepted")
    (broken,) = broken_audit(world.connection, audit)
    named = {row[0]: row[1:4] for row in broken.sample}
    assert broken.rows == 9
    assert all(expected == 10_000_000 for expected, _, _ in named.values())
    assert world.rows(
        "select detail from core.cost_findings where subject_id = 'one cent off'"
    ) == [
        (
            "expected 10000000, found 10010000 millionths: "
            "the lines do not sum to the header",
        )
    ]


def test_less_than_half_a_cent_is_the_providers_own_rounding(world):
    world.biller.bill("below", "1.00", csv_file(line("$0.995001")))
    world.biller.bill("above", "1.00", csv_file(line("$1.004999")))
    world.biller.bill("half", "1.00", csv_file(line("$0.995")))
    world.sync()
    world.books()
    assert verdicts(world) == {
        "above": "accepted",
        "below": "accepted",
        "half": "refused",
    }
    assert world.rows(
        "select invoice_uuid, bucket, amount_micros from core.cost_allocation "
        "where line_number = 0 order by 1"
    ) == [("above", "provider_rounding", -4_999), ("below", "provider_rounding", 4_999)]


def test_an_empty_refetch_never_replaces_good_lines(world):
    world.biller.bill("u", "1.00", csv_file(line()))
    world.sync(MAY_2)
    for hours, body in enumerate((csv_file(), b"", csv_file(line("$9.00"))), start=1):
        world.biller.files["u"] = body
        world.sync(MAY_2 + timedelta(hours=hours))
    world.books(MAY_2 + timedelta(hours=9))
    assert verdicts(world) == {"u": "accepted"}
    assert world.rows("select sum(amount_micros) from core.cost_lines") == [
        (1_000_000,)
    ]


def test_a_reissue_is_a_new_version_with_a_report_and_never_a_duplicate(world):
    world.biller.bill("u", "3.00", csv_file(line("$1.00"), line("$2.00", "db (x)")))
    world.sync(MAY_2)
    world.biller.bill("u", "3.50", csv_file(line("$1.00"), line("$2.50", "db (x)")))
    world.sync(MAY_2 + timedelta(days=3))
    world.books(MAY_2 + timedelta(days=3), tables=(*BOOKS, "core.invoice_changes"))
    assert world.rows("select sum(amount_micros) from core.cost_lines") == [
        (3_500_000,)
    ]
    assert world.rows(
        "select description, previous_micros, amount_micros from core.invoice_changes"
    ) == [("db (x)", 2_000_000, 2_500_000)]
    assert ("invoice_reissued",) in world.rows("select finding from core.cost_findings")
    # As of a day before the re-issue, the books say what they said then.
    world.books(MAY_2 + timedelta(days=1))
    assert world.rows("select sum(amount_micros) from core.cost_lines") == [
        (3_000_000,)
    ]


def test_a_changed_total_is_due_until_its_file_follows(world):
    world.biller.bill("u", "3.00", csv_file(line("$3.00")))
    world.sync(MAY_2)
    world.biller.bill("u", "3.50", csv_file(line("$3.00")))
    world.sync(MAY_2 + timedelta(days=1))
    world.books(MAY_2 + timedelta(days=1))
    assert world.rows(
        "select status, verdict, lines_micros from core.provider_invoices"
    ) == [("changed", "accepted", 3_000_000)]
    assert due_invoices(world.connection) == [("2026-04_u", "u")]
    world.biller.files["u"] = csv_file(line("$3.50"))
    world.sync(MAY_2 + timedelta(days=2))
    world.books(MAY_2 + timedelta(days=2))
    assert due_invoices(world.connection) == []
    assert world.rows("select status from core.invoice_states") == [("final",)]


def test_a_summary_that_says_another_total_refuses_the_invoice(world):
    world.biller.bill("u", "1.00", csv_file(line()))
    world.biller.summaries["u"] = {"invoice_uuid": "u", "amount": "1.01"}
    world.biller.bill("v", "1.00", csv_file(line()))
    world.biller.summaries["v"] = {"invoice_uuid": "v", "amount": "1.00"}
    problems = world.sync()
    world.books()
    assert verdicts(world) == {"u": "refused", "v": "accepted"}
    assert len(problems) == 2, "both lack items, which is named and stops nothing"
    assert all(problem.startswith("warning: invoice_items") for problem in problems)


def test_an_invoice_that_is_listed_no_more_stays_and_is_named(world):
    world.biller.bill("u", "1.00", csv_file(line()))
    world.biller.bill("p", "1.00", csv_file(line()), period="2026-05", is_preview=True)
    world.sync()
    world.biller.headers = {}
    world.biller.bill("again", "1.00", csv_file(line()))
    world.sync(MAY_2 + timedelta(days=1))
    world.books(MAY_2 + timedelta(days=1))
    assert verdicts(world) == {"again": "accepted", "u": "accepted"}
    assert world.rows(
        "select subject_id from core.cost_findings "
        "where finding = 'invoice_no_longer_listed'"
    ) == [("u",)]


def test_a_preview_is_never_a_final_invoice(world):
    world.biller.bill("p", "1.00", csv_file(line()), period="2026-05", is_preview=True)
    world.sync()
    world.books()
    assert world.rows("select status, verdict, lines from core.provider_invoices") == [
        ("preview", "none", 0)
    ]
    assert due_invoices(world.connection) == []
    assert world.rows("select count(*) from core.cost_lines") == [(0,)]
    # The month's invoice has a uuid of its own, and the preview is listed no more.
    world.biller.headers = {}
    world.biller.bill("f", "1.00", csv_file(line()), period="2026-05")
    world.sync(MAY_2 + timedelta(days=31))
    world.books(MAY_2 + timedelta(days=31))
    assert world.rows("select invoice_uuid, status from core.provider_invoices") == [
        ("f", "final")
    ]


def test_a_header_that_cannot_be_read_is_set_aside(world):
    world.biller.bill("u", "about a dollar", csv_file(line()))
    world.biller.bill("v", "1.00", csv_file(line()), period="April")
    world.sync()
    world.books()
    assert verdicts(world) == {}
    assert len(world.rows("from raw.quarantine")) == 2
    audit = next(a for a in all_audits() if a.name == "bills_are_readable")
    (broken,) = broken_audit(world.connection, audit)
    assert [row[2] for row in broken.sample] == [
        "amount_micros is missing or not plain",
        "period is missing or not plain",
    ]
    for uuid in ("u", "v"):
        world.biller.bill(uuid, "1.00", csv_file(line()))
    world.sync(MAY_2 + timedelta(days=1))
    world.books(MAY_2 + timedelta(days=1))
    assert broken_audit(world.connection, audit) == []


def test_an_invoice_that_only_the_history_names_is_known(world):
    world.biller.history = [
        {
            "date": "2018-06-01T08:44:38Z",
            "type": "Invoice",
            "amount": "12.34",
            "description": "Invoice for May 2018",
            "invoice_uuid": "old",
        }
    ]
    world.biller.files["old"] = csv_file(line("$12.34"))
    world.sync()
    world.books()
    ((key, uuid),) = due_invoices(world.connection)
    assert uuids_of(world.landing, "do:main", [key], MAY_2) == [uuid]
    world.sync(uuids=[uuid])
    world.books()
    assert world.rows(
        "select invoice_uuid, period, status, verdict from core.provider_invoices"
    ) == [("old", "2018-05", "final", "accepted")]


def test_asking_twice_at_one_now_asks_once(world):
    world.biller.bill("u", "1.00", csv_file(line()))
    world.sync()
    world.sync()
    assert world.biller.asked == ["u"]


def test_a_refused_file_is_asked_for_again_at_the_same_now(world, tmp_path):
    whole = csv_file(line("$0.50"), line("$0.50"))
    world.biller.bill("torn", "1.00", csv_file(line("$0.50"), line("five")))
    world.sync()
    world.books(tables=MARTS)
    assert len(world.rows("from raw.quarantine")) == 1
    assert verdicts(world) == {"torn": "refused"}
    refused = refused_invoices(published_by(world, tmp_path))
    world.biller.files["torn"] = whole
    land_invoices(world.biller, world.landing, ["torn"], MAY_2, refused=refused)
    world.books(tables=MARTS)
    assert verdicts(world) == {"torn": "accepted"}
    assert world.biller.asked == ["torn", "torn"]
    assert world.rows("from raw.quarantine") == [], "as if it had never come"
    assert len(world.rows("from raw.invoice_lines")) == 2


def published_by(world, folder):
    """A file with the one published table that tells what was accepted."""
    path = folder / "cost.duckdb"
    with duckdb.connect(str(path)) as file:
        file.execute("create schema marts")
        rows = world.connection.table("marts.provider_invoices").df()
        file.register("rows", rows)
        file.execute("create table marts.provider_invoices as from rows")
    return path


def test_of_a_range_only_what_is_not_accepted_is_fetched(world, tmp_path):
    for uuid in ("good", "grown", "bad", "lost"):
        world.biller.bill(uuid, "1.00", csv_file(line()))
    world.biller.files["bad"] = csv_file(line("$2.00"))
    world.biller.files["lost"] = csv_file(line("$0.50"), line("$0.50"))
    world.sync()
    world.books(tables=MARTS)
    published = published_by(world, tmp_path)
    world.biller.headers["grown"]["amount"] = "1.50"
    world.biller.bill("new", "1.00", csv_file(line()))
    world.sync(MAY_2 + timedelta(hours=1), uuids=["new"])
    (lost,) = (r for r in world.landing.receipts("invoice_csv") if r.subject == "lost")
    world.landing.path(lost.sha256, lost.suffix).unlink()

    def wanted(uuids, published, now=MAY_2 + timedelta(hours=1)):
        return not_accepted(world.landing, "do:main", uuids, published, now)

    every = sorted(world.biller.headers)
    assert wanted(every, published) == ["bad", "grown", "lost", "new"]
    assert wanted(["good"], published) == ["good"], "asked for by itself, it is wanted"
    assert wanted(every, tmp_path / "none") == every, "nothing known, nothing skipped"


def test_an_odd_uuid_is_only_ever_data(world):
    uuid = "../../etc/passwd"
    world.biller.bill(uuid, "1.00", csv_file(line()))
    world.sync()
    world.books()
    assert verdicts(world) == {uuid: "accepted"}
    key = partition_key("2026-04", uuid)
    assert key == "2026-04_______et"
    assert uuids_of(world.landing, "do:main", [key], MAY_2) == [uuid]
    assert (
        uuids_of(world.landing, "do:main", [key], datetime(2026, 1, 1, tzinfo=UTC))
        == []
    )


def history(kind, amount, day="2026-04-20"):
    return {
        "date": f"{day}T00:00:00Z",
        "type": kind,
        "amount": amount,
        "description": kind,
    }


def test_a_refund_is_a_cost_of_its_own_unless_an_invoice_carries_it(world):
    credit = line("-$2.00", "Goodwill", "Credits")
    world.biller.bill("u", "3.00", csv_file(line("$5.00"), credit))
    world.biller.history = [
        history("Refund", "-1.25"),
        history("Adjustment", "-2.00"),
        history("Payment", "-3.00"),
        history("Novelty", "-9.00"),
    ]
    world.sync()
    world.books()
    assert world.rows(
        "select invoice_uuid, amount_micros from core.cost_lines "
        "where invoice_uuid like 'history:%'"
    ) == [("history:entry0-1", -1_250_000)]
    findings = dict(world.rows("select finding, subject_id from core.cost_findings"))
    assert findings["history_on_invoice"] == "entry1-1"
    assert findings["unknown_history_type"] == "Novelty"
    assert world.rows("select sum(amount_micros) from core.cost_allocation") == [
        (1_750_000,)
    ]


def test_a_refund_counts_when_a_reissue_took_the_credit_off_the_invoice(world):
    good = line("$5.00")
    world.biller.bill("u", "3.00", csv_file(good, line("-$2.00", "Sorry", "Credits")))
    total = {"invoice_uuid": "u", "amount": "3.00"}
    credits = {"credits_and_adjustments": {"amount": "-2.00"}}
    world.biller.summaries["u"] = total | credits
    world.biller.history = [history("Refund", "-2.00")]
    world.sync()
    world.books()
    assert world.rows("select sum(amount_micros) from core.cost_lines") == [
        (3_000_000,)
    ]
    later = MAY_2 + timedelta(days=1)
    world.biller.bill("u", "5.00", csv_file(good))
    world.biller.summaries["u"] = {"invoice_uuid": "u", "amount": "5.00"}
    world.sync(later)
    world.books(later)
    assert world.rows(
        "select invoice_uuid, sum(amount_micros) from core.cost_lines group by 1 "
        "order by 1"
    ) == [("history:entry0-1", -2_000_000), ("u", 5_000_000)]
    world.books(MAY_2)
    assert world.rows("select sum(amount_micros) from core.cost_lines") == [
        (3_000_000,)
    ]


def test_totals_that_differ_and_parts_that_are_missing_are_named(world):
    world.biller.bill("old", "1.00", csv_file(line()), period="2020-12")
    world.biller.bill("new", "1.00", csv_file(line()), period="2021-01")
    world.biller.bill("whole", "1.00", csv_file(line()))
    world.biller.summaries["whole"] = {"invoice_uuid": "whole", "amount": "1.00"}
    world.biller.history = [
        history("Invoice", "1.00") | {"invoice_uuid": "old"},
        history("Invoice", "1.01") | {"invoice_uuid": "new"},
    ]
    world.sync()
    world.books()
    assert set(verdicts(world).values()) == {"accepted"}
    assert world.rows(
        "select finding, subject_id from core.cost_findings "
        "where finding in ('invoice_without_summary', 'header_differs_from_history') "
        "order by all"
    ) == [("header_differs_from_history", "new"), ("invoice_without_summary", "new")]


def test_many_invoices_of_equal_content_land_at_once(world):
    for number in range(40):
        world.biller.bill(f"u{number}", "1.00", csv_file(line()))
    assert all(problem.startswith("warning: ") for problem in world.sync())
    world.books()
    assert set(verdicts(world).values()) == {"accepted"}
