"""Issued once, never changed, and every later difference in a document of its own."""

from datetime import date, datetime

import pytest

from cost_pipeline.books.decision_rows import DecisionRefused
from cost_pipeline.books.decisions import void_invoice
from cost_pipeline.books.ledger_tables import documents_waiting
from cost_pipeline_tests.tables import build_models, tell
from cost_pipeline_tests.usage_world import UsageWorld, drafted

APRIL = "INV-2026-04-pilot-AUD"
LINES = """
    select line_kind, resource_kind, quantity, amount_cents
    from core.calendar_lines where invoice_id = ? order by line_number
"""
DOCUMENTS = """
    select invoice_id, status, total_cents from core.calendar_documents
    where period_start < '2026-05-01' order by all
"""
LEDGER = "select * from ledger.documents order by invoice_id"
LEDGER_LINES = "select * from ledger.lines order by invoice_id, line_number"


def pilot(issue_from: date | None = date(2026, 4, 1)) -> UsageWorld:
    """The pilot of the golden numbers: three machines for all of April."""
    world = UsageWorld(issue_from)
    world.give_pilot()
    world.exist(*[(f"d{n}", "droplet", None, "2026-04-01", None) for n in range(3)])
    return world


def late_event(world: UsageWorld, quantity: int) -> None:
    world.give(
        "raw.usage_events",
        f"""
        event_id | tenant_id | deployment_id | billing_kind | quantity   | occurred_at
        late     | pilot     | studio        | bandwidth_gb | {quantity} | 2026-04-20
        """,
    )


def test_april_of_the_pilot_comes_to_seventy_dollars_and_sixty_four():
    world = pilot()
    assert world.run("2026-05-01T03:00:00").new == 1
    assert world.rows(LINES, APRIL) == [
        ("plan_base", None, 1, 5000),
        ("addon", "spaces_gb_month", 1, 750),
        ("overage", "droplet_hours", 672, 672),
        ("tax", "AU_GST", 1, 642),
    ]
    found = world.rows(
        "select subtotal_cents, tax_cents, total_cents, status, issued_at, due_at "
        "from core.calendar_documents where invoice_id = ?",
        APRIL,
    )
    issued_at = datetime(2026, 5, 1, 3)
    due_at = datetime(2026, 5, 15, 3)
    assert found == [(6422, 642, 7064, "issued", issued_at, due_at)]


def test_a_second_run_and_a_later_run_issue_nothing_more():
    world = pilot()
    world.run("2026-05-01T03:00:00")
    ledger, lines = world.rows(LEDGER), world.rows(LEDGER_LINES)
    documents = world.rows(DOCUMENTS)
    assert world.run("2026-05-01T03:00:00").new == 0
    assert world.run("2026-05-20T03:00:00").new == 0
    assert (world.rows(LEDGER), world.rows(LEDGER_LINES)) == (ledger, lines)
    assert world.rows(DOCUMENTS) == documents


def test_without_a_date_to_issue_from_the_ledger_stays_empty():
    world = pilot(issue_from=None)
    assert world.run("2026-05-20").new == 0
    assert world.rows("select count(*) from ledger.lines") == [(0,)]
    assert world.rows(DOCUMENTS) == [(APRIL, "draft", 7064)]


def test_months_before_the_start_are_shown_and_never_issued():
    world = pilot(issue_from=date(2026, 4, 2))
    assert world.run("2026-06-20").new == 1
    assert world.rows(DOCUMENTS) == [(APRIL, "before_start", 7064)]
    assert world.rows("select invoice_id from ledger.documents") == [
        ("INV-2026-05-pilot-AUD",)
    ]


def test_a_month_that_is_not_over_is_a_draft_at_its_full_price():
    world = pilot()
    world.run("2026-04-11")
    assert world.rows(DOCUMENTS) == [(APRIL, "draft", 6325)]


def test_a_month_is_over_at_the_first_instant_of_the_next():
    world = pilot()
    assert world.run("2026-04-30T23:59:59").new == 0
    assert world.run("2026-05-01T00:00:00").new == 1


def test_a_month_with_a_day_not_metered_waits():
    world = pilot()
    world.at("2026-05-01T03:00:00")
    world.meter()
    late_event(world, 3000)
    world.build(("core.usage_events",))
    assert world.draft_and_issue().new == 0
    assert world.run("2026-05-01T04:00:00").new == 1


def test_a_resource_that_may_be_gone_holds_the_document_until_it_is_known():
    world = pilot()
    world.connection.execute("insert into core.open_strikes values ('d1')")
    assert world.run("2026-05-01T03:00:00").new == 0
    assert world.rows(
        "select detail from core.usage_findings where subject_id = ?", APRIL
    ) == [("1 resources may be gone: waits for the next listing",)]
    world.connection.execute("delete from core.open_strikes")
    assert world.run("2026-05-01T03:45:00").new == 1


def test_late_usage_becomes_one_adjustment_with_exactly_the_difference():
    world = pilot()
    world.run("2026-05-01T03:00:00")
    before, lines = world.rows(LEDGER), world.rows(LEDGER_LINES)
    late_event(world, 2100)
    assert world.run("2026-05-07").new == 1
    assert world.run("2026-05-07").new == 0
    adjustment = "ADJ-2026-04-pilot-AUD-1"
    assert world.rows(LINES, adjustment) == [
        ("adjustment", "bandwidth_gb", 1, 150),
        ("tax", "AU_GST", 1, 15),
    ]
    assert [row for row in world.rows(LEDGER) if row in before] == before
    assert [row for row in world.rows(LEDGER_LINES) if row in lines] == lines
    found = world.rows(
        "select corrects_invoice_id, document_type, total_cents, "
        "(select min(service_start) from core.calendar_lines as lines "
        "where lines.invoice_id = documents.invoice_id) "
        "from core.calendar_documents as documents where invoice_id = ?",
        adjustment,
    )
    assert found == [(APRIL, "adjustment", 165, datetime(2026, 4, 1))]
    # And back again: what was said is taken back by another document, not by silence.
    world.give("raw.usage_events", "event_id")
    world.run("2026-05-08")
    assert world.rows(DOCUMENTS) == [
        (adjustment, "issued", 165),
        ("ADJ-2026-04-pilot-AUD-2", "issued", -165),
        (APRIL, "issued", 7064),
    ]


def test_a_corrected_price_adjusts_twelve_issued_months_to_the_cent():
    world = UsageWorld(date(2025, 5, 1))
    world.give_pilot()
    for table in ("raw.subscriptions", "raw.subscription_addons"):
        world.connection.execute(f"update {table} set started_at = '2025-05-01'")
    world.exist(*[(f"d{n}", "droplet", None, "2025-05-01", None) for n in range(3)])
    assert world.run("2026-05-01T03:00:00").new == 12
    ledger, lines = world.rows(LEDGER), world.rows(LEDGER_LINES)
    world.connection.execute(
        "update raw.plan_items set overage_unit_price_cents = 1.37 "
        "where plan_version_id = 'studio-v1' and billing_kind = 'droplet_hours'"
    )
    world.connection.execute("update raw.addons set price_cents = 749")
    assert world.run("2026-05-02").new == 12
    assert [row for row in world.rows(LEDGER) if row in ledger] == ledger
    assert [row for row in world.rows(LEDGER_LINES) if row in lines] == lines
    # Issued and adjusted is what a warehouse that knows nothing of either computes.
    summed = world.rows(
        "select month(period_start), sum(subtotal_cents), sum(tax_cents) "
        "from ledger.documents group by all order by all"
    )
    world.connection.execute("delete from ledger.documents")
    world.build(drafted())
    fresh = world.rows(
        "select month(period_start), subtotal_cents, tax_cents "
        "from core.calendar_drafts where is_over order by all"
    )
    assert summed == fresh


def test_a_second_run_after_a_price_correction_adds_nothing():
    world = pilot()
    world.run("2026-05-01T03:00:00")
    world.connection.execute("update raw.addons set price_cents = 800")
    assert world.run("2026-05-02").new == 1
    assert world.run("2026-05-03").new == 0


def test_a_void_invoice_is_issued_once_more_with_a_revision():
    world = pilot()
    world.run("2026-05-01T03:00:00")
    late_event(world, 2100)
    world.run("2026-05-02")
    world.at("2026-05-03")
    void_invoice(world.connection, None, invoice_id=APRIL, reason="wrong name")
    with pytest.raises(DecisionRefused, match="is void already"):
        void_invoice(world.connection, None, invoice_id=APRIL, reason="said twice")
    assert world.run("2026-05-03T01:00:00").new == 1
    assert world.run("2026-05-04").new == 0
    assert world.rows(DOCUMENTS) == [
        ("ADJ-2026-04-pilot-AUD-1", "void", 165),
        (APRIL, "void", 7064),
        (f"{APRIL}-R2", "issued", 7064 + 165),
    ]
    assert world.rows(
        "select revision from core.calendar_documents where invoice_id = ?",
        f"{APRIL}-R2",
    ) == [(2,)]


def test_what_was_never_issued_cannot_be_voided_nor_without_a_reason():
    world = pilot()
    world.run("2026-05-01T03:00:00")
    with pytest.raises(DecisionRefused, match="no document INV-nothing"):
        void_invoice(world.connection, None, invoice_id="INV-nothing", reason="why")
    with pytest.raises(DecisionRefused, match="needs a reason"):
        void_invoice(world.connection, None, invoice_id=APRIL, reason=" ")


def test_a_writer_killed_between_lines_and_header_has_issued_nothing():
    world = pilot()
    world.at("2026-05-01T03:00:00")
    world.meter()
    world.build(drafted())
    tell(world.connection, "ledger.lines")
    # The next run knows more, and its lines are others than those left behind.
    late_event(world, 2100)
    assert world.run("2026-05-01T04:00:00").new == 1
    assert world.rows(DOCUMENTS) == [(APRIL, "issued", 7064 + 165)]
    assert len(world.rows(LINES, APRIL)) == 5


def test_a_run_of_the_past_issues_nothing_for_a_month_that_is_issued():
    world = pilot()
    world.run("2026-05-10")
    assert world.run("2026-05-02").new == 0
    assert world.rows("select count(*) from ledger.documents") == [(1,)]


def test_a_tax_code_changed_later_leaves_issued_months_alone():
    world = pilot()
    world.run("2026-05-01T03:00:00")
    world.connection.execute("update raw.tenants set tax_code = null")
    assert world.run("2026-06-01T03:00:00").new == 1
    found = world.rows(
        "select invoice_id, tax_cents from ledger.documents order by all"
    )
    assert found == [(APRIL, 642), ("INV-2026-05-pilot-AUD", 0)]


def test_a_tax_without_a_rate_holds_the_document_and_is_named():
    world = pilot()
    world.connection.execute("update raw.tenants set tax_code = 'XX_VAT'")
    assert world.run("2026-05-01T03:00:00").new == 0
    found = world.rows(
        "select finding, detail from core.usage_findings where subject_id = ?", APRIL
    )
    assert found == [("document_held", "no rate of tax XX_VAT")]


def test_the_order_of_rows_changes_nothing():
    documents = []
    for backwards in (False, True):
        world = pilot()
        late_event(world, 2500)
        if backwards:
            for table in ("core.resources", "raw.plan_items", "raw.addons"):
                world.connection.execute(
                    f"create or replace table {table} as from {table} order by all desc"
                )
        world.run("2026-05-01T03:00:00")
        documents.append((world.rows(LEDGER), world.rows(LEDGER_LINES)))
    assert documents[0] == documents[1]


def test_days_nobody_saw_are_named_on_the_draft():
    world = pilot()
    world.connection.execute(
        "delete from core.observed_days where day in ('2026-04-03', '2026-04-04')"
    )
    world.run("2026-04-10")
    assert world.rows("select notes from core.calendar_documents") == [
        ("Not observed, last state held: 2026-04-03, 2026-04-04.",)
    ]


def test_a_plan_changed_in_the_month_shares_base_price_and_usage():
    world = pilot()
    world.give(
        "raw.subscriptions",
        """
        subscription_id | tenant_id | deployment_id | plan_version_id | started_at | ended_at
        sub             | pilot     | studio        | studio-v1       | 2026-04-01 | 2026-04-16
        next            | pilot     | studio        | pro-v1          | 2026-04-16 |
        """,  # noqa: E501
    )
    world.run("2026-05-01T03:00:00")
    found = world.rows(
        "select subscription_id, line_kind, amount_cents from ledger.lines "
        "where line_kind <> 'tax' order by all"
    )
    assert found == [
        ("next", "plan_base", 6000),
        ("sub", "addon", 375),
        ("sub", "plan_base", 2500),
    ]
    used = world.rows(
        "select quote_id, used_quantity from core.quote_overages "
        "where quote_id like '%2026-04' order by all"
    )
    assert used == [("next@2026-04", 1080), ("sub@2026-04", 1080)]


def test_two_currencies_of_a_customer_are_two_documents_each_with_its_tax():
    world = pilot()
    world.connection.execute(
        "update raw.plan_versions set currency = 'NZD' where plan_code = 'starter'"
    )
    world.connection.execute(
        "insert into raw.subscriptions by name select * replace ('kiwi' as "
        "subscription_id, 'starter-v1' as plan_version_id, null as deployment_id) "
        "from raw.subscriptions"
    )
    assert world.run("2026-05-01T03:00:00").new == 2
    assert world.rows(
        "select invoice_id, subtotal_cents, tax_cents from ledger.documents order by 1"
    ) == [(APRIL, 6422, 642), ("INV-2026-04-pilot-NZD", 2000, 200)]


def test_what_would_be_issued_can_be_counted_before():
    world = pilot()
    world.at("2026-05-01T03:00:00")
    world.meter()
    world.build(drafted())
    build_models(world.connection, "core.item_claims")
    assert documents_waiting(world.connection) == 1


def test_a_pipeline_that_slept_for_a_month_says_what_one_that_was_up_says():
    """P9: days and documents; when they were issued is another matter."""
    written = []
    for moments in (
        [f"2026-04-{day:02d}T01:10:00" for day in (2, 3, 9, 20)] + ["2026-05-20"],
        ["2026-05-20"],
    ):
        world = pilot()
        for moment in moments:
            world.run(moment)
        written.append(
            (
                world.rows(DOCUMENTS),
                world.rows(LINES, APRIL),
                world.rows("from core.usage_daily order by all"),
            )
        )
    assert written[0] == written[1]
