"""What is told: only what is due, once, and nothing in a run as of the past."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cost_pipeline.books.ledger_tables import append_due, count_due, told_later
from cost_pipeline.books.outbox import deliver, queue_notice
from cost_pipeline.gateways.demo import DryRunGateway
from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_models
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.tables import fresh_warehouse, give, tell

MAY_20 = datetime(2026, 5, 20, tzinfo=UTC)
START = date(2026, 4, 1)
CROSSED = """
    tenant_id | metric            | period_start | threshold_pct | crossed_at
    {name}    | fly_compute_spend | 2026-05-01   | 100           | {at}
"""
REST = (
    "plan_code|plan_price_cents|currency|fx_rate|threshold_cents|projected_cents"
    "|rate_card|audience"
)


@pytest.fixture
def warehouse():
    with fresh_warehouse(MAY_20, START) as connection:
        yield connection


def cross(connection, name="acme", cents=500, at="2026-05-02 10:00:00"):
    """Let one tenant's spend have reached its threshold, and nobody else's."""
    give(connection, "core.spend_crossings", CROSSED.format(name=name, at=at))
    give(
        connection,
        "core.spend_thresholds",
        f"""
        tenant_id | metric            | period_start | threshold_pct | spend_cents | {REST}
        {name}    | fly_compute_spend | 2026-05-01   | 100           | {cents}     | pro|500|AUD|1.0|500|900|seed|owner
        """,  # noqa: E501
    )


def at(connection, now, issue_from=START):
    set_clock(connection, RunClock(now, issue_from))


def recorded(connection):
    return connection.execute(
        "select tenant_id, spend_cents, recorded_at from ledger.crossings order by all"
    ).fetchall()


def test_a_key_decides_and_late_data_changes_nothing_that_was_told(warehouse):
    crossings = all_models()["ledger.crossings"]
    cross(warehouse)
    assert count_due(warehouse, crossings) == 1
    assert tell(warehouse, "ledger.crossings").new == 1
    cross(warehouse, cents=700)
    at(warehouse, MAY_20 + timedelta(days=1))
    assert count_due(warehouse, crossings) == 0
    written = append_due(warehouse, crossings, None)
    assert (written.new, written.known) == (0, 1)
    assert recorded(warehouse) == [("acme", 500, datetime(2026, 5, 20))]


@pytest.mark.parametrize("issue_from", [None, date(2026, 5, 3)])
def test_before_a_start_nothing_is_due(warehouse, issue_from):
    cross(warehouse)
    at(warehouse, MAY_20, issue_from)
    assert tell(warehouse, "ledger.crossings").new == 0


def test_a_run_as_of_the_past_tells_nothing_and_says_so(warehouse):
    cross(warehouse)
    tell(warehouse, "ledger.crossings")
    assert told_later(warehouse) is None
    at(warehouse, MAY_20 - timedelta(seconds=1))
    cross(warehouse, "other")
    crossings = all_models()["ledger.crossings"]
    assert told_later(warehouse) == (
        "now lies before 2026-05-20 00:00:00 (ledger.crossings): "
        "nothing is written or sent"
    )
    assert append_due(warehouse, crossings, None).new == 0
    assert count_due(warehouse, crossings) == 1
    assert warehouse.execute("from staging.crossings").fetchall() == []
    # What it would have told is told by the next run that is not of the past.
    at(warehouse, MAY_20)
    assert append_due(warehouse, crossings, None).new == 1


def test_a_run_as_of_the_past_sends_nothing(warehouse):
    notice = {"kind": "notice", "subject": "Hello", "text": "Hello."}
    queue_notice(warehouse, None, message_id="early", **notice)
    at(warehouse, MAY_20 + timedelta(days=1))
    queue_notice(warehouse, None, message_id="late", **notice)
    at(warehouse, MAY_20)
    assert deliver(warehouse, None, DryRunGateway(), MAY_20).shown == 0
    at(warehouse, MAY_20 + timedelta(days=1))
    later = MAY_20 + timedelta(days=1)
    assert deliver(warehouse, None, DryRunGateway(), later).shown == 2


def test_what_a_person_decides_meanwhile_holds_nothing_back(warehouse):
    give(
        warehouse,
        "ledger.decisions",
        """
        decision_id | decision     | subject_id | decided_at
        d           | void-invoice | INV-1      | 2026-05-20 00:00:00
        """,
    )
    at(warehouse, MAY_20 - timedelta(minutes=1))
    cross(warehouse)
    assert told_later(warehouse) is None
    assert tell(warehouse, "ledger.crossings").new == 1


def test_the_ledger_is_appended_to_and_never_built(warehouse):
    with pytest.raises(ValueError, match="appended to and never built"):
        build(warehouse, all_models()["ledger.crossings"])


DRAFT = """
    invoice_id | document_hash | month      | period_end
    april      | h             | 2026-04-01 | 2026-05-01
"""
LINE_COLUMNS = [
    name
    for name in all_models()["ledger.lines"].columns
    if name not in ("invoice_id", "document_hash")
]


def test_a_month_with_a_day_that_was_not_metered_is_not_told():
    with fresh_warehouse(MAY_20, START) as connection:
        query = all_models()["ledger.lines"].query
        give(connection, "core.issuable_drafts", DRAFT)
        connection.execute(
            "create table core.calendar_draft_lines as select 'april' as invoice_id, "
            f"{', '.join(f'null as {name}' for name in LINE_COLUMNS)}"
        )
        told = []
        for first_day in ("2026-04-30", "2026-05-01", None):
            connection.execute("delete from ref.metering_due")
            connection.execute("insert into ref.metering_due values (?)", [first_day])
            told.append(len(connection.execute(query).fetchall()))
        connection.execute("delete from ref.metering_due")
        told.append(len(connection.execute(query).fetchall()))
    # Where nobody said how things stand, nothing is told.
    assert told == [0, 1, 1, 0]


def test_a_ledger_table_is_stated_in_rows_like_any_model(run_model):
    queue = """
        message_id | kind   | recipient | tenant_id | skip_reason | data
        m          | notice | operator  | acme      | no address  | {}
    """
    columns = queue.strip().splitlines()[0]
    given = {"core.crossing_messages": queue, "core.leak_messages": columns}
    assert run_model("ledger.messages", given) == []
    now = datetime(2026, 5, 20)
    assert run_model("ledger.messages", given, issue_from=START) == [
        ("m", "notice", "operator", "acme", "no address", "{}", now)
    ]
