"""Manifests: one landed file that names the files of many tables of one sync.

One receipt for all of them, so that a run sees either the tables of one sync or those
of another, never a mixture. What stands in an entry is its writer's affair.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from cost_pipeline.storage.landing import LandedFileMissing, Landing
from cost_pipeline.storage.receipts import Receipt

Entry = dict[str, Any]
Manifest = dict[str, Entry]


def latest_manifest(
    landing: Landing, kind: str, account: str, *, until: datetime
) -> Manifest:
    """The tables of the last sync at or before an instant."""
    receipt = landing.latest(kind, account, until=until)
    return {} if receipt is None else _tables_of(landing, receipt)


def readable_manifest(
    landing: Landing, kind: str, account: str, *, until: datetime
) -> Manifest:
    """The last one that is there: what was lost is about to be landed anew."""
    while (receipt := landing.latest(kind, account, until=until)) is not None:
        try:
            return _tables_of(landing, receipt)
        except LandedFileMissing:
            lost_at = datetime.fromisoformat(receipt.received_at)
            until = lost_at - timedelta(microseconds=1)
    return {}


def _tables_of(landing: Landing, receipt: Receipt) -> Manifest:
    found: Manifest = json.loads(landing.read(receipt.sha256, receipt.suffix))
    return found
