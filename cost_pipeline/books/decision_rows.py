"""How a decision is written: one row of the ledger each, and nothing else.

What a decision changes is SQL that reads `ledger.decisions`. Which decisions there are,
and when one is refused, is `decisions.py` and the modules of their subjects.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from cost_pipeline.contracts.ledger import DECISIONS
from cost_pipeline.domain.json_types import Json
from cost_pipeline.storage.ledger import LedgerConflict, Written, append


class DecisionRefused(Exception):
    """A decision that does not apply; the message says why and what is so instead."""


class UnknownSubject(DecisionRefused):
    """A decision about something that is not there, or said without what it needs."""


@dataclass(frozen=True)
class Decision:
    """What was decided about what; `key` tells repeated decisions of one kind apart."""

    decision: str
    subject_id: str
    details: Mapping[str, Json] = field(default_factory=dict)
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


def decide_once(
    connection: duckdb.DuckDBPyConnection,
    segments: Path | None,
    decision: Decision,
    done: str,
) -> Decision:
    """Write a decision that was not written before, else refuse it."""
    try:
        written = decide(connection, decision, segments)
    except LedgerConflict as conflict:
        raise DecisionRefused(f"{done} already") from conflict
    if not written.new:
        raise DecisionRefused(f"{done} already")
    return decision


def find_one(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, value: str
) -> dict[str, Any] | None:
    """The row a decision is about; a table that no run has built yet holds none."""
    try:
        found = connection.execute(f"select * from {table} where {key} = ?", [value])
    except duckdb.CatalogException:
        return None
    names = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    return dict(zip(names, rows[0], strict=True)) if rows else None


def now_text(connection: duckdb.DuckDBPyConnection) -> str:
    return str(connection.execute("select now_at from ref.clock").fetchall()[0][0])
