"""The outbox: messages are queued as rows, and delivered until a server takes them.

Before a server is called a row says so, and after it another says what came of it. A
run that is killed between the two leaves the first alone; the next run sends again and
marks the message as a possible duplicate. Delivery is at least once, never silently
zero times. What is queued is `dbt_like_sql/ledger/messages.sql`, what is due
`dbt_like_sql/due/messages.sql`, what a message says `domain/messages.py`.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cost_pipeline.books.ledger_tables import told_later
from cost_pipeline.contracts.ledger_messages import DELIVERY_ATTEMPTS, MESSAGES
from cost_pipeline.domain.amounts import one_line, summarize_error_message
from cost_pipeline.domain.messages import UnknownMessage, word
from cost_pipeline.gateways.base import (
    DeliveryUnknown,
    Envelope,
    GatewayDown,
    MessageGateway,
    NotDelivered,
)
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.ledger import Written, append

WAIT = "select max_by(wait_seconds, failures) from ref.retry_waits where failures <= ?"


@dataclass(frozen=True)
class DueMessage:
    """A message that nobody has taken yet, and what was tried so far."""

    message_id: str
    kind: str
    recipient: str
    data: str
    attempts: int
    failures: int
    is_possible_duplicate: bool


@dataclass
class Delivered:
    """What a run delivered, for the asset's metadata."""

    sent: int = 0
    shown: int = 0
    failed: int = 0
    skipped: int = 0
    last_error: str = ""


def queue_notice(
    connection: duckdb.DuckDBPyConnection,
    segments: Path | None,
    *,
    message_id: str,
    kind: str,
    subject: str,
    text: str,
    recipient: str = "operator",
    tenant_id: str = "unattributed",
) -> Written:
    """Queue a notice written elsewhere: a failed run, a digest, a payment that is due.

    `message_id` names what it is about (a run id, a day), so it is queued once.
    """
    query = """
        select
            cast(? as varchar) as message_id, cast(? as varchar) as kind,
            cast(? as varchar) as recipient, cast(? as varchar) as tenant_id,
            '' as skip_reason, cast(? as json) as data, clock.now_at as created_at
        from ref.clock as clock
        where clock.issue_from <= clock.now_at
            and cast(? as varchar) not in (select message_id from ledger.messages)
    """
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in message_id)[:80]
    data = json.dumps({"subject": subject, "text": text[:20_000]})
    row = [name, kind, recipient, tenant_id, data, name]
    return append(connection, MESSAGES, query, row, segments=segments)


def has_due(
    connection: duckdb.DuckDBPyConnection, gateway: MessageGateway, now: datetime
) -> bool:
    """Whether delivering would try, skip or show anything at this instant."""
    at = now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now
    if not _may_send(connection) or told_later(connection):
        return False
    skipped = connection.execute(
        f"select 1 from ({query_of('due/skipped')}) limit 1", [at]
    )
    return bool(
        skipped.fetchall()
        or due_messages(connection, at, is_dry_run=gateway.is_dry_run)
    )


def deliver(
    connection: duckdb.DuckDBPyConnection,
    segments: Path | None,
    gateway: MessageGateway,
    now: datetime,
    *,
    limit: int = 20,
) -> Delivered:
    """Deliver what is due, at most `limit` messages: the warehouse is held meanwhile.

    A server that cannot be reached ends the batch; the rest stays due.
    """
    result = Delivered()
    at = now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now
    if not _may_send(connection) or told_later(connection):
        return result
    skipped = append(
        connection, DELIVERY_ATTEMPTS, query_of("due/skipped"), [at], segments=segments
    )
    result.skipped = skipped.new
    for message in due_messages(connection, at, is_dry_run=gateway.is_dry_run)[:limit]:
        attempt = Attempt(connection, segments, message, at)
        if not _deliver_one(attempt, gateway, result):
            break
    return result


def due_messages(
    connection: duckdb.DuckDBPyConnection, at: datetime, *, is_dry_run: bool
) -> list[DueMessage]:
    """The messages that can be delivered now, the oldest first."""
    given = {"is_dry_run": is_dry_run, "now_at": at}
    rows = connection.execute(query_of("due/messages"), given).fetchall()
    return [DueMessage(*row) for row in rows]


@dataclass(frozen=True)
class Attempt:
    """One attempt at one message, which writes its own rows."""

    connection: duckdb.DuckDBPyConnection
    segments: Path | None
    message: DueMessage
    at: datetime

    def note(self, outcome: str, error: str = "", provider_id: str = "") -> None:
        """Append a row of this attempt."""
        failing = outcome in ("failed", "unknown")
        values: list[Any] = [
            self.message.message_id,
            self.message.attempts + 1,
            outcome,
            summarize_error_message(error) or "",
            self._next_try() if failing else None,
            one_line(provider_id),
            self.at,
        ]
        query = (
            "select cast(? as varchar) as message_id, cast(? as bigint) as attempt, "
            "cast(? as varchar) as outcome, cast(? as varchar) as error, "
            "cast(? as timestamp) as next_try_at, "
            "cast(? as varchar) as provider_message_id, "
            "cast(? as timestamp) as happened_at"
        )
        append(
            self.connection,
            DELIVERY_ATTEMPTS,
            query,
            values,
            segments=self.segments,
        )

    def _next_try(self) -> datetime:
        found = self.connection.execute(WAIT, [self.message.failures + 1]).fetchall()
        return self.at + timedelta(seconds=int(found[0][0] or 60))


def _may_send(connection: duckdb.DuckDBPyConnection) -> bool:
    """Nothing leaves before the date of issue, and nothing at all without one."""
    query = "select coalesce(bool_and(issue_from <= now_at), false) from ref.clock"
    return bool(connection.execute(query).fetchall()[0][0])


def _deliver_one(attempt: Attempt, gateway: MessageGateway, result: Delivered) -> bool:
    """Deliver one message and note the outcome; returns whether to go on."""
    message = attempt.message
    goes_on = True
    try:
        letter = word(message.kind, json.loads(message.data))
        envelope = Envelope(
            message.message_id,
            message.recipient,
            letter,
            message.is_possible_duplicate,
        )
        if gateway.is_dry_run:
            gateway.send(envelope)
            attempt.note("dry_run")
            result.shown += 1
            return goes_on
        attempt.note("attempting")
        provider_id = gateway.send(envelope)
        attempt.note("sent", provider_id=provider_id)
        result.sent += 1
        return goes_on
    except DeliveryUnknown as error:
        outcome, said = "unknown", str(error)
    except (NotDelivered, UnknownMessage, KeyError) as error:
        outcome, said = "failed", str(error)
        goes_on = not isinstance(error, GatewayDown)
    attempt.note(outcome, error=said)
    result.failed += 1
    result.last_error = said
    return goes_on
