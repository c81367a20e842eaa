"""What an operator decides: one row of the ledger each, and nothing else.

What a decision changes is SQL that reads `ledger.decisions`. A decision whose subject
must first be looked up is a function of that subject (`invoicing.void_invoice`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from cost_pipeline.contracts.ledger import DECISIONS
from cost_pipeline.warehouse.ledger import Written, append


class UnknownSubject(Exception):
    """A decision about something that is not there, or said without what it needs."""


@dataclass(frozen=True)
class Decision:
    """What was decided about what; `key` tells repeated decisions of one kind apart."""

    decision: str
    subject_id: str
    details: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    @property
    def decision_id(self) -> str:
        """Derived from what was decided, so that the same one twice is one."""
        content = json.dumps([self.decision, self.subject_id, self.key])
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def decide(
    connection: duckdb.DuckDBPyConnection, decision: Decision, segments: Path | None
) -> Written:
    """Write a decision at the run's now; one that is known already changes nothing."""
    query = """
        select
            ? as decision_id,
            ? as decision,
            ? as subject_id,
            cast(? as json) as details,
            now_at as decided_at
        from ref.clock
        where not exists (
            select 1 from ledger.decisions as known where known.decision_id = ?
        )
    """
    details = json.dumps(dict(decision.details), sort_keys=True)
    values = [
        decision.decision_id,
        decision.decision,
        decision.subject_id,
        details,
        decision.decision_id,
    ]
    return append(connection, DECISIONS, query, values, segments=segments)


def publish_plan_version(
    connection: duckdb.DuckDBPyConnection,
    plan_version_id: str,
    segments: Path | None,
) -> Written:
    """Bring a version into force; the one that was in force retires by it.

    One ledger row does both, so no reader ever sees two versions or none. Subscriptions
    stay on the version they are bound to.
    """
    known = connection.execute(
        "select 1 from raw.plan_versions where plan_version_id = ?", [plan_version_id]
    ).fetchall()
    if not known:
        raise UnknownSubject(f"there is no plan version {plan_version_id}")
    now_at = connection.execute("select now_at from ref.clock").fetchall()[0][0]
    decision = Decision("publish-plan-version", plan_version_id, key=str(now_at))
    return decide(connection, decision, segments)
