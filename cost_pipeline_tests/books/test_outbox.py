"""The outbox: what is due, what is not, and what is remembered of each attempt."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from cost_pipeline.books.outbox import deliver, queue_notice
from cost_pipeline.gateways.base import DeliveryUnknown, GatewayDown, NotDelivered
from cost_pipeline.gateways.demo import DryRunGateway
from cost_pipeline.models.library import all_audits
from cost_pipeline.models.rules import broken_audit
from cost_pipeline_tests.tables import build_models, fresh_warehouse

NOW = datetime(2026, 5, 20)


@dataclass
class ScriptedGateway:
    """Does to each mail what the script says, then takes everything."""

    script: list[BaseException | None] = field(default_factory=list)
    taken: list[tuple[str, bool]] = field(default_factory=list)
    is_dry_run: bool = False

    def send(self, envelope):
        error = self.script.pop(0) if self.script else None
        if error is None or isinstance(error, DeliveryUnknown):
            self.taken.append((envelope.message_id, envelope.is_possible_duplicate))
        if error:
            raise error
        return f"<{envelope.message_id}@example.com>"


def warehouse_with(*names, issue_from=date(2026, 1, 1)):
    connection = fresh_warehouse(issue_from=issue_from)
    for name in names:
        notice(connection, name)
    return connection


def notice(connection, name, text="It failed."):
    return queue_notice(
        connection, None, message_id=name, kind="run_failed", subject="Run", text=text
    )


def outcomes(connection, name):
    return [
        row[0]
        for row in connection.execute(
            "select outcome from ledger.deliveries where message_id = ? "
            "order by attempt, outcome",
            [name],
        ).fetchall()
    ]


def test_a_message_is_sent_once_however_often_delivery_runs():
    connection, gateway = warehouse_with("a", "b"), ScriptedGateway()
    assert deliver(connection, None, gateway, NOW).sent == 2
    assert deliver(connection, None, gateway, NOW + timedelta(days=9)).sent == 0
    assert gateway.taken == [("a", False), ("b", False)]
    assert outcomes(connection, "a") == ["attempting", "sent"]


def test_a_notice_is_queued_once_by_its_name():
    connection = warehouse_with("a")
    assert notice(connection, "a", "Said otherwise.").new == 0


@pytest.mark.parametrize("issue_from", [None, date(2026, 6, 1)])
def test_nothing_is_queued_or_sent_before_the_date_of_issue(issue_from):
    connection, gateway = warehouse_with("a", issue_from=issue_from), ScriptedGateway()
    deliver(connection, None, gateway, NOW)
    assert connection.execute("from ledger.messages").fetchall() == []
    assert gateway.taken == []


def test_a_refused_message_waits_longer_after_each_failure_and_is_never_lost():
    connection = warehouse_with("a")
    gateway = ScriptedGateway([NotDelivered("550 no")] * 7)
    waits, at = [], NOW
    for _ in range(7):
        assert deliver(connection, None, gateway, at).failed == 1
        assert deliver(connection, None, gateway, at).failed == 0
        next_at = connection.execute(
            "select max(next_try_at) from ledger.deliveries"
        ).fetchall()[0][0]
        waits.append(int((next_at - at).total_seconds()))
        at = next_at
    assert waits == [60, 300, 1800, 7200, 86400, 86400, 86400]
    assert deliver(connection, None, gateway, at).sent == 1
    assert gateway.taken == [("a", False)]


def test_a_server_that_is_down_ends_the_batch_and_leaves_the_rest_due():
    connection = warehouse_with("a", "b", "c")
    gateway = ScriptedGateway([GatewayDown("no route")])
    assert deliver(connection, None, gateway, NOW).failed == 1
    assert outcomes(connection, "b") == []
    assert deliver(connection, None, gateway, NOW + timedelta(minutes=2)).sent == 3


def test_one_refused_message_does_not_hold_up_the_others():
    connection = warehouse_with("a", "b")
    result = deliver(connection, None, ScriptedGateway([NotDelivered("550")]), NOW)
    assert (result.failed, result.sent, result.last_error) == (1, 1, "550")


def test_a_lost_answer_is_tried_again_and_marked():
    connection = warehouse_with("a")
    gateway = ScriptedGateway([DeliveryUnknown("cut")])
    deliver(connection, None, gateway, NOW)
    deliver(connection, None, gateway, NOW + timedelta(minutes=1))
    assert gateway.taken == [("a", False), ("a", True)]
    assert outcomes(connection, "a") == ["attempting", "unknown", "attempting", "sent"]


def test_a_run_that_died_in_the_call_is_repeated_and_marked():
    connection = warehouse_with("a")
    gateway = ScriptedGateway([KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        deliver(connection, None, gateway, NOW)
    assert outcomes(connection, "a") == ["attempting"]
    deliver(connection, None, gateway, NOW)
    assert gateway.taken == [("a", True)]


def test_what_a_dry_run_showed_is_shown_once_and_still_due_to_a_server():
    connection, dry = warehouse_with("a"), DryRunGateway()
    assert deliver(connection, None, dry, NOW).shown == 1
    assert deliver(connection, None, dry, NOW).shown == 0
    build_models(connection, "core.delivery_findings")
    found = connection.execute("select finding from core.delivery_findings")
    assert found.fetchall() == [("message_only_shown",)]
    gateway = ScriptedGateway()
    assert deliver(connection, None, gateway, NOW).sent == 1
    assert gateway.taken == [("a", False)]


def test_a_run_delivers_no_more_than_its_limit():
    connection = warehouse_with("a", "b", "c")
    gateway = ScriptedGateway()
    assert deliver(connection, None, gateway, NOW, limit=2).sent == 2
    assert deliver(connection, None, gateway, NOW, limit=2).sent == 1


def test_a_message_nobody_can_word_fails_alone_and_is_seen():
    connection = warehouse_with("a", "b")
    connection.execute("update ledger.messages set kind = 'odd' where message_id = 'a'")
    result = deliver(connection, None, ScriptedGateway(), NOW)
    assert (result.failed, result.sent) == (1, 1)
    build_models(connection, "core.delivery_findings")
    found = connection.execute("select finding, subject_id from core.delivery_findings")
    assert found.fetchall() == [("message_not_delivered", "a")]


def test_a_server_that_refuses_five_times_is_warned_of():
    connection = warehouse_with("a", "b")
    audit = next(a for a in all_audits() if a.name == "messages_reach_a_server")
    for day in range(5):
        assert broken_audit(connection, audit) == []
        gateway = ScriptedGateway([NotDelivered("550")])
        deliver(connection, None, gateway, NOW - timedelta(days=9 - day))
    (rule,) = broken_audit(connection, audit)
    assert rule.is_warning
    assert rule.sample == (("a", 5, "550"),)
