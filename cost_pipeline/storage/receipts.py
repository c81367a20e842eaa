"""Receipts: one line for each sync of one thing, also when nothing had changed.

Put here what a receipt says and how it is written. Where receipts lie, and the bytes
they name, is `landing.py`.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Receipt:
    """One sync of one thing: what was asked, when, and what came back."""

    account: str
    kind: str
    subject: str
    received_at: str
    sha256: str
    suffix: str
    items: int
    is_complete: bool
    problem: str | None = None
    request_ids: tuple[str, ...] = ()
    rejected: tuple[dict[str, Any], ...] = ()
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def line(self) -> str:
        """The receipt as stored: empty fields left out, so that a year stays small."""
        facts = {
            key: value for key, value in asdict(self).items() if value not in (None, ())
        }
        return canonical(facts)


def receipts_in(body: bytes) -> Iterator[Receipt]:
    """The receipts of a file; a line without its end was never finished."""
    for line in body.split(b"\n")[:-1]:
        facts = json.loads(line)
        for key in ("request_ids", "rejected", "missing"):
            facts[key] = tuple(
                tuple(item) if isinstance(item, list) else item
                for item in facts.get(key, ())
            )
        yield Receipt(**facts)


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces, so that equal content has equal bytes."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    )


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC, of one length, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
