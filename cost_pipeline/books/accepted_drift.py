"""Accepting drift: a live value becomes what is wanted.

What counts as different is SQL (`core/drift/drift_fields.sql`), and since when too
(`core/drift/drift.sql`). Here an operator's word is held against what was shown to him.
"""

import json
from pathlib import Path

import duckdb

from cost_pipeline.books.decision_rows import (
    Decision,
    DecisionRefused,
    UnknownSubject,
    decide_once,
    find_one,
)
from cost_pipeline.domain.json_types import Json


def accept_drift(
    connection: duckdb.DuckDBPyConnection,
    segments: Path | None,
    *,
    drift_id: str,
    shown_actual: str | None,
) -> Decision:
    """Take a live value as what is wanted from now on.

    Only the value that was shown: what came to be live since nobody has seen.
    """
    drift = find_one(connection, "core.drift", "drift_id", drift_id)
    if drift is None:
        raise UnknownSubject(f"there is no drift {drift_id}")
    if drift["status"] == "accepted":
        raise DecisionRefused(f"drift {drift_id} is accepted already")
    if drift["status"] == "stale":
        raise DecisionRefused(f"drift {drift_id} has gone: nothing differs any more")
    actual = None if drift["actual"] is None else json.loads(drift["actual"])
    if not _is_as_shown(shown_actual, actual):
        raise DecisionRefused(
            f"{drift['field']} is now {_in_words(as_shown(actual))}, "
            f"not {_in_words(shown_actual)}; look again and accept that"
        )
    names = ("resource_id", "kind", "provider_id", "field", "spec_version")
    details = {name: drift[name] for name in names}
    details |= {"desired": json.loads(drift["desired"] or "null"), "actual": actual}
    decision = Decision("accept-drift", drift_id, details)
    return decide_once(connection, segments, decision, f"drift {drift_id} is accepted")


def as_shown(value: Json) -> str | None:
    """A value as the inbox shows it: texts plain, the rest as JSON, nothing as null."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _in_words(shown: str | None) -> str:
    return "nothing" if shown is None else shown or "an empty text"


def _is_as_shown(shown: str | None, actual: Json) -> bool:
    if shown is None or shown == as_shown(actual):
        return shown == as_shown(actual)
    try:
        read = json.loads(shown)
    except ValueError:
        return False
    return json.dumps(read, sort_keys=True) == json.dumps(actual, sort_keys=True)
