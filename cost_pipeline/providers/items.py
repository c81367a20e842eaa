"""Items of a list as documents: allow-listed, identified, or set aside with a reason.

Put a rule about one item here, or about two that claim the same id. Which pages were
read and whether they are all is `pages.py`.
"""

import hashlib
import json
from collections import Counter
from typing import Protocol

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, RejectedItem
from cost_pipeline.providers.digitalocean_kinds import Fields

LONGEST_ID = 255
LONGEST_RAW = 2000
NOT_KEPT = "(not kept: it may hold a secret)"


class Gathering(Protocol):
    """Collects the items of one list and knows how many different ones there were."""

    rejected: list[RejectedItem]

    def add(self, item: Json) -> bool:
        """Take one item; return whether it was something new."""

    def count(self) -> int:
        """How many of the items that the provider counts were seen."""

    def doubt(self, totals: set[int]) -> str | None:
        """Why the items contradict each other, if they do."""

    def documents(self) -> dict[str, Document]:
        """What was gathered, by id."""


class ById:
    """Items that carry an id. The same id twice is the same thing seen twice."""

    def __init__(
        self, id_field: str, fields: Fields, *, has_secrets: bool = False
    ) -> None:
        self.rejected: list[RejectedItem] = []
        self._id_field = id_field
        self._fields = fields
        self._has_secrets = has_secrets
        self._documents: dict[str, Document] = {}
        self._conflicts: set[str] = set()
        self._position = 0

    def add(self, item: Json) -> bool:
        self._position += 1
        if not isinstance(item, dict):
            self._reject(item, "not an object")
            return True
        body = pruned(item, self._fields)
        assert isinstance(body, dict)
        provider_id = id_text(item.get(self._id_field))
        if provider_id is None:
            self._reject(body, f"{self._id_field} is no usable id")
            return True
        known = self._documents.get(provider_id)
        if known is None:
            self._documents[provider_id] = Document(provider_id, body)
            return True
        if known.body != body and provider_id not in self._conflicts:
            self._conflicts.add(provider_id)
            for version in (known.body, body):
                self._reject(dict(version), f"{provider_id} twice and different")
        return False

    def count(self) -> int:
        # Each conflict was set aside twice and stands among the documents once.
        return len(self._documents) + len(self.rejected) - 2 * len(self._conflicts)

    def doubt(self, totals: set[int]) -> str | None:
        if self._conflicts:
            return f"{min(self._conflicts)} is listed twice with different content"
        return None

    def documents(self) -> dict[str, Document]:
        return {
            provider_id: document
            for provider_id, document in self._documents.items()
            if provider_id not in self._conflicts
        }

    def _reject(self, item: Json, reason: str) -> None:
        is_bare = not isinstance(item, dict)
        raw = NOT_KEPT if is_bare and self._has_secrets else raw_text(item)
        self.rejected.append(RejectedItem(self._position, reason, raw))


class ByContent:
    """Items without an id: equal ones are different things that look the same."""

    def __init__(self, fields: Fields, key: tuple[str, ...] = ()) -> None:
        self.rejected: list[RejectedItem] = []
        self._fields = fields
        self._key = key
        self._bodies: list[dict[str, Json]] = []
        self._position = 0

    def add(self, item: Json) -> bool:
        self._position += 1
        body = pruned(item, self._fields)
        if isinstance(item, dict) and isinstance(body, dict) and body:
            self._bodies.append(body)
        else:
            reason = "not an object with a known field"
            raw = raw_text(item if not isinstance(item, dict) else body)
            self.rejected.append(RejectedItem(self._position, reason, raw))
        return True

    def count(self) -> int:
        return self._position

    def doubt(self, totals: set[int]) -> str | None:
        if len(totals) > 1:
            # An entry that arrived meanwhile pushed another one over a page's edge:
            # it would be counted twice, and nothing tells it from an equal entry.
            return "meta.total changed between pages"
        return None

    def documents(self) -> dict[str, Document]:
        """Id = hash of the content and a running number among equal entries."""
        seen: Counter[str] = Counter()
        found: dict[str, Document] = {}
        for body in sorted(self._bodies, key=_canonical):
            digest = self._digest(body)
            seen[digest] += 1
            provider_id = f"{digest}-{seen[digest]}"
            found[provider_id] = Document(provider_id, body)
        return found

    def _digest(self, body: dict[str, Json]) -> str:
        key: Json = [body.get(name) for name in self._key] if self._key else body
        return hashlib.sha256(_canonical(key).encode()).hexdigest()[:16]


def pruned(value: Json, fields: Fields) -> Json:
    """Keep the named fields. A list of plain values is a set here, and is sorted:
    the provider returns tags and regions in any order, and an order is no change.

    Where an object is expected and text arrives, nothing of it is kept: it may be the
    very document whose secrets the allow-list keeps out.
    """
    if not fields:
        return _leaf(value)
    if isinstance(value, list):
        return [pruned(item, fields) for item in value if isinstance(item, dict)]
    if not isinstance(value, dict):
        return None
    kept: dict[str, Json] = {}
    for name, below in fields.items():
        if name not in value:
            continue
        found = value[name]
        # Most values are plain, and there are twenty of them in each of 10,000 items.
        is_plain = not below and type(found) is not list
        kept[name] = found if is_plain else pruned(found, below)
    return kept


def id_text(value: Json) -> str | None:
    """An id as text, or None for what cannot name a resource."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value) if isinstance(value, str) or abs(value) < 10**40 else ""
    is_usable = 0 < len(text) <= LONGEST_ID and text.isprintable() and text.strip()
    return text if is_usable else None


def raw_text(item: Json) -> str:
    return _canonical(item)[:LONGEST_RAW]


def _canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _leaf(value: Json) -> Json:
    if not isinstance(value, list) or len(value) < 2:
        return value
    types = set(map(type, value))
    return sorted(value, key=str) if types == {str} or types == {int} else value
