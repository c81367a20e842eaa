"""From a machine that runs to the mail that says so, through whatever happens."""

import os
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest

from cost_pipeline.books.outbox import deliver, queue_notice
from cost_pipeline.gateways.email import EmailGateway
from cost_pipeline.storage.connection import RunClock, open_warehouse, set_clock
from cost_pipeline.storage.ledger import prepare_ledger
from cost_pipeline_tests.gateways.mail_server import mail_server, part
from cost_pipeline_tests.reference.spend import Machine
from cost_pipeline_tests.sql.spend_tables import (
    NO_COSTS,
    NO_LEAKS,
    PLANS,
    give_machines,
    hosted_warehouse,
    plan,
    plans_text,
)
from cost_pipeline_tests.tables import build_models, give, tell
from cost_pipeline_tests.waiting import PATIENCE_S

MARCH = datetime(2026, 3, 1)
START = date(2026, 3, 1)
TENANTS = """
    tenant_id | name    | owner_name | owner_email       | email_notifications
    loud      | Orchard | Ada        | ada@example.com   | true
    quiet     | Quarry  | Bob        | bob@example.com   | false
    nameless  | Nobody  |            |                   | true
"""
DELIVERER = """
import sys
from datetime import date, datetime
from pathlib import Path
from cost_pipeline.gateways.email import EmailGateway
from cost_pipeline.storage.connection import RunClock, open_warehouse, set_clock
from cost_pipeline.books.outbox import deliver

home, url, now = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
connection = open_warehouse(home / "warehouse.duckdb", home / "ledger.duckdb")
set_clock(connection, RunClock(now, date(2026, 3, 1)))
gateway = EmailGateway.from_url(url, sender="b@example.com", operator="o@example.com")
deliver(connection, home / "segments", gateway, now)
"""
QUEUES = ("core.crossing_messages", "core.leak_messages")


def scan(connection, now, *, issue_from=START):
    """What a run does: compute, record, queue; returns how many were recorded."""
    set_clock(connection, RunClock(now, issue_from))
    tenants = {name: plan("pro") for name in ("loud", "quiet", "nameless")}
    given = {**NO_COSTS, **NO_LEAKS, PLANS: plans_text(tenants)}
    build_models(connection, "core.spend_crossings", given=given)
    recorded = tell(connection, "ledger.crossings")
    build_models(
        connection, "core.crossing_messages", "core.leak_messages", given=given
    )
    tell(connection, "ledger.messages")
    return recorded.new


def world(issue_from=START):
    """Three tenants, each with a machine dear enough to cross every month."""
    connection = hosted_warehouse(MARCH, issue_from)
    give(connection, "raw.tenants", TENANTS)
    machine = Machine("performance-1x", "active", datetime(2026, 1, 1))
    give_machines(
        connection,
        {f"m-{name}": (name, machine) for name in ("loud", "quiet", "nameless")},
    )
    return connection


def table(connection, query):
    return connection.execute(query).fetchall()


def gateway(server):
    return EmailGateway.from_url(
        server.url, sender="b@example.com", operator="o@example.com", timeout_s=0.3
    )


def test_a_crossing_is_told_once_and_those_who_want_no_mail_get_none():
    connection = world()
    now = datetime(2026, 3, 2)
    with mail_server() as server:
        assert scan(connection, now) == 3
        assert scan(connection, now + timedelta(hours=1)) == 0
        result = deliver(connection, None, gateway(server), now)
        deliver(connection, None, gateway(server), now + timedelta(days=2))
    assert (result.sent, result.skipped) == (1, 2)
    assert [mail["To"] for mail in server.taken] == ["ada@example.com"]
    text = part(server.taken[0], "plain")
    assert "m-loud" in text
    assert "24.00 h" in text
    given = {**NO_COSTS, PLANS: plans_text({"loud": plan("pro")})}
    build_models(connection, "marts.spend_over_threshold", given=given)
    found = table(
        connection,
        "select tenant_id, state, alerted_at, crossed_at "
        "from marts.spend_over_threshold where period_start = '2026-03-01' order by 1",
    )
    crossed = datetime(2026, 3, 1, 15, 50, 50)
    assert found == [
        ("loud", "recorded", now, crossed),
        ("nameless", "recorded", None, crossed),
        ("quiet", "recorded", None, crossed),
    ]


def test_a_higher_threshold_is_a_crossing_of_its_own():
    connection = world()
    twice_and_thrice = """
        metric            | threshold_pct | floor_cents | floor_currency | audience
        fly_compute_spend | 200           | 500         | USD            | owner
        fly_compute_spend | 300           | 500         | USD            | owner
    """
    give(connection, "ref.spend_thresholds", twice_and_thrice)
    assert scan(connection, datetime(2026, 3, 1, 20)) == 3
    assert scan(connection, datetime(2026, 3, 2)) == 3


def test_a_crossing_that_was_recorded_stays_when_its_machine_is_forgotten():
    connection = world()
    scan(connection, datetime(2026, 3, 2))
    connection.execute("delete from raw.hosted_deployments where tenant_id <> 'quiet'")
    connection.execute(
        "update raw.hosted_deployments set created_at = '2026-03-01 12:00'"
    )
    scan(connection, datetime(2026, 3, 3))
    given = {**NO_COSTS, PLANS: plans_text({"quiet": plan("pro")})}
    build_models(connection, "marts.spend_over_threshold", given=given)
    query = "select tenant_id, is_over, state, crossed_at from "
    crossed = datetime(2026, 3, 1, 15, 50, 50)
    assert sorted(table(connection, query + "marts.spend_over_threshold")) == [
        ("loud", False, "recorded", crossed),
        ("nameless", False, "recorded", crossed),
        ("quiet", True, "recorded", crossed),
    ]


def test_a_month_invoiced_is_told_from_the_instant_at_which_issuing_begins():
    day = date(2026, 5, 1)
    connection = hosted_warehouse(datetime(2026, 5, 1), day)
    given = {
        **NO_COSTS,
        PLANS: plans_text({}),
        "core.provider_invoices": """
            invoice_uuid | period_start
            april        | 2026-04-01
            march        | 2026-03-01
        """,
        "core.cost_allocation": """
            invoice_uuid | tenant_id | bucket | amount_micros | currency
            april        | t         | tenant | 5_000_000     | USD
            march        | t         | tenant | 5_000_000     | USD
        """,
    }
    query = "select period_start, state from marts.spend_over_threshold order by 1"
    states = []
    for _ in range(2):
        build_models(connection, "marts.spend_over_threshold", given=given)
        states.append([state for _, state in table(connection, query)])
        tell(connection, "ledger.crossings")
    assert states == [["before_start", "due"], ["before_start", "recorded"]]


def test_ninety_days_of_downtime_lose_no_crossing():
    often, late = world(), world()
    for day in range(0, 91, 10):
        scan(often, MARCH + timedelta(days=day, hours=20))
    scan(late, MARCH + timedelta(days=90, hours=20))
    query = (
        "select tenant_id, period_start, crossed_at from ledger.crossings order by 1, 2"
    )
    assert table(often, query) == table(late, query)
    assert len(table(late, query)) == 3 * 3
    names = "select message_id from ledger.messages order by 1"
    assert table(often, names) == table(late, names)


@pytest.mark.parametrize("issue_from", [None, date(2026, 5, 1)])
def test_crossings_from_before_the_date_of_issue_are_shown_and_not_recorded(issue_from):
    connection = world(issue_from)
    assert scan(connection, datetime(2026, 3, 20), issue_from=issue_from) == 0
    plans = {**NO_COSTS, PLANS: plans_text({"loud": plan("pro")})}
    build_models(connection, "marts.spend_over_threshold", given=plans)
    states = table(connection, "select distinct state from marts.spend_over_threshold")
    assert states == [("before_start",)]


def test_through_every_mood_of_the_server_each_crossing_is_delivered():
    connection = world()
    now = datetime(2026, 5, 20)
    scan(connection, now)
    wanted = {
        row[0]
        for row in table(
            connection,
            "select message_id from ledger.crossings where tenant_id = 'loud'",
        )
    }
    with mail_server() as server:
        for mood in ("stalls", "refuses the address", "hangs up", "kind", "kind"):
            server.mood = mood
            deliver(connection, None, gateway(server), now)
            now += timedelta(days=1)
    assert set(server.ids) == wanted
    assert len(wanted) == 3
    # Only what was cut off after it had been taken arrives twice, and says so.
    firsts = set()
    for name, mail in zip(server.ids, server.taken, strict=True):
        assert name not in firsts or mail["X-Possible-Duplicate"] == "yes"
        firsts.add(name)


@pytest.mark.slow
def test_killed_while_delivering_each_message_arrives_and_a_second_one_is_marked(
    tmp_path,
):
    home, now, names = tmp_path, datetime(2026, 5, 20), [f"n{i}" for i in range(5)]
    connection = open_warehouse(home / "warehouse.duckdb", home / "ledger.duckdb")
    set_clock(connection, RunClock(now, START))
    connection.execute(
        "create table ref.retry_waits as select 1 as failures, 60 as wait_seconds"
    )
    prepare_ledger(connection, home / "segments")
    for name in names:
        queue_notice(
            connection,
            home / "segments",
            message_id=name,
            kind="notice",
            subject=name,
            text=name,
        )
    connection.close()
    kills = {"n0": 1, "n2": 2, "n3": 1}
    killed = 0
    with mail_server() as server:
        for _ in range(6):
            process = start(home, server.url, now)
            server.on_data = lambda mail, pid=process.pid: kill(mail, pid, kills)
            killed += process.wait(timeout=PATIENCE_S) != 0
    assert killed == 4
    assert set(server.ids) == set(names)
    seconds = len(server.ids) - len(names)
    assert seconds <= killed
    firsts = set()
    for name, mail in zip(server.ids, server.taken, strict=True):
        assert (name in firsts) == (mail["X-Possible-Duplicate"] == "yes")
        firsts.add(name)


def start(home, url, now):
    return subprocess.Popen(
        [sys.executable, "-c", DELIVERER, str(home), url, now.isoformat()],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def kill(mail, pid, kills):
    """Kill the sender while its mail is being taken: it never hears the answer."""
    if kills.get(mail["Subject"], 0):
        kills[mail["Subject"]] -= 1
        os.kill(pid, signal.SIGKILL)
