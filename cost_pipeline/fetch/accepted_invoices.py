"""Which invoices the published file says are accepted or refused.

A fetching step asks here what it need not ask the provider for: the published file is
locked by no writer. What is known and due is `invoices.py`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from cost_pipeline.domain.json_types import Json
from cost_pipeline.fetch.invoices import listed_invoices, partition_key
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.receipts import instant

# A file that was refused is asked for again, but not every few minutes.
ASK_AGAIN_AFTER = timedelta(days=1)


def not_accepted(
    landing: Landing,
    account: str,
    uuids: Sequence[str],
    published: Path,
    now: datetime,
) -> list[str]:
    """The invoices of a range without a landed file accepted at their present total.

    What is accepted says the published file, which no writer locks. A range covers
    what lies between two due invoices, but whoever asks for one invoice alone wants it.
    """
    if len(uuids) < 2:
        return list(uuids)
    return missing_invoices(landing, account, uuids, published, now)


def missing_invoices(
    landing: Landing,
    account: str,
    uuids: Sequence[str],
    published: Path,
    now: datetime,
) -> list[str]:
    """Those of some invoices that have no landed file accepted at their total."""
    accepted = _accepted_totals(published)
    landed = {
        receipt.subject
        for receipt in landing.receipts("invoice_csv")
        if receipt.account == account
        and receipt.is_complete
        and receipt.received_at <= instant(now)
        and landing.path(receipt.sha256, receipt.suffix).exists()
    }
    index = listed_invoices(landing, account, now)
    return [
        uuid
        for uuid in uuids
        if uuid not in landed
        or uuid not in accepted
        or _is_other(index[uuid].get("amount"), accepted[uuid])
    ]


def unaccepted_keys(
    landing: Landing, account: str, published: Path, now: datetime
) -> list[str]:
    """Partition keys of listed invoices without an accepted file of their total.

    A run that a person starts asks at once, also for what was refused just now.
    """
    listed = listed_invoices(landing, account, now)
    final = {uuid: body for uuid, body in listed.items() if not body.get("is_preview")}
    due = missing_invoices(landing, account, list(final), published, now)
    keys = ((str(final[uuid].get("invoice_period", "")), uuid) for uuid in due)
    return [partition_key(period, uuid) for period, uuid in sorted(keys)]


def due_keys(
    landing: Landing, account: str, published: Path, now: datetime
) -> list[str]:
    """Partition keys of listed invoices that are not done.

    Done is what has a file and was not refused since; a refused or changed invoice is
    asked for again a day after the last time.
    """
    fetched = {
        receipt.subject: receipt.received_at
        for receipt in landing.receipts("invoice_csv")
        if receipt.is_complete and receipt.account == account
    }
    wanting = _published(published, "status in ('known', 'refused', 'changed')")
    old = instant(now - ASK_AGAIN_AFTER)
    due = (
        (str(body.get("invoice_period", "")), uuid)
        for uuid, body in listed_invoices(landing, account, now).items()
        if not body.get("is_preview")
        and (uuid not in fetched or (uuid in wanting and fetched[uuid] <= old))
    )
    return [partition_key(period, uuid) for period, uuid in sorted(due)]


def _accepted_totals(published: Path) -> dict[str, int]:
    """Accepted invoices with their totals; whatever cannot be read is fetched again."""
    return _published(published, "status = 'final' and verdict = 'accepted'")


def refused_invoices(published: Path) -> set[str]:
    """The invoices whose files so far were all refused."""
    return set(_published(published, "status = 'refused'"))


def _published(published: Path, condition: str) -> dict[str, int]:
    """Published invoices with their totals; none while there is no readable file."""
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            rows = connection.execute(
                "select invoice_uuid, amount_micros from marts.provider_invoices "
                f"where {condition}"
            ).fetchall()
    except duckdb.Error:
        return {}
    return dict(rows)


def _is_other(amount: Json, micros: int) -> bool:
    try:
        return Decimal(str(amount)) * 1_000_000 != micros
    except InvalidOperation:
        return True
