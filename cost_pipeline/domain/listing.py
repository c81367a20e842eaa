"""What a provider said exists: documents, and whether the answer was whole.

The types that travel from `providers/` to the landing. How a listing is fetched and
judged complete is `providers/`; what follows from it is SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cost_pipeline.domain.json_types import Json


@dataclass(frozen=True)
class Document:
    """One resource as landed: allow-listed fields, never a secret."""

    provider_id: str
    body: Mapping[str, Json]


@dataclass(frozen=True)
class RejectedItem:
    """An item that cannot be a resource, kept with its place and the reason."""

    position: int
    reason: str
    raw_text: str


@dataclass(frozen=True)
class Listing:
    """All resources of one kind at one instant, or as many as could be had."""

    kind: str
    documents: tuple[Document, ...]
    is_complete: bool
    problem: str | None = None
    request_ids: tuple[str, ...] = ()
    rejected: tuple[RejectedItem, ...] = ()
