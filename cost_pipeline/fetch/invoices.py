"""Fetching what the provider bills, and knowing which invoices are due.

Fetching writes files and receipts and opens no database. A fault is a receipt and a
line for the operator, never an exception: one broken invoice stops only itself. How
files become rows is `billing.py` and `invoice_lines.py`.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, Listing
from cost_pipeline.fetch.listings import account_of
from cost_pipeline.providers.base import Provider, ProviderError
from cost_pipeline.storage.landing import Landing, documents_in, safe_name
from cost_pipeline.storage.receipts import Receipt, instant

OPTIONAL = ("invoice_items", "invoice_summary")
STATES = "core.invoice_states"
# Without a file, with files that were all refused, or with one of an older total.
WANTING = ("known", "refused", "changed")


def land_balance(provider: Provider, landing: Landing, now: datetime) -> Receipt:
    """Land what is owed now; a run that was killed and repeated asks only once."""
    return _land(
        provider,
        landing,
        "balance",
        "",
        now,
        lambda: _one("balance", provider.balance(), "generated_at"),
    )


def land_history(provider: Provider, landing: Landing, now: datetime) -> Receipt:
    """Land the account's history."""
    return _land(
        provider, landing, "billing_history", "", now, provider.billing_history
    )


def land_index(provider: Provider, landing: Landing, now: datetime) -> Receipt:
    """Land the index of invoices."""
    return _land(provider, landing, "invoices", "", now, provider.invoices)


def land_invoice(
    provider: Provider,
    landing: Landing,
    uuid: str,
    now: datetime,
    *,
    is_refused: bool = False,
) -> list[str]:
    """Land an invoice's summary, items and file; returns what is missing.

    The file comes last: it is what a version is known by, and a version is judged by
    the summary that is there when it arrives.
    """
    summary = _land(
        provider,
        landing,
        "invoice_summary",
        uuid,
        now,
        lambda: _one("invoice_summary", provider.invoice_summary(uuid), "invoice_uuid"),
    )
    items = _land(
        provider,
        landing,
        "invoice_items",
        uuid,
        now,
        lambda: provider.invoice_items(uuid),
    )
    last = landing.latest("invoice_csv", account_of(provider), until=now, subject=uuid)
    if last is None or last.received_at != instant(now) or is_refused:
        last = _land_csv(provider, landing, uuid, now)
    return _problems((summary, items, last))


def land_invoices(
    provider: Provider,
    landing: Landing,
    uuids: Iterable[str],
    now: datetime,
    *,
    refused: Container[str] = (),
    workers: int = 4,
) -> list[str]:
    """Land many invoices, a few at a time: most of the time is waiting.

    What was received at this very `now` is not asked for again, unless its file was
    refused since: the provider may have mended what it sent.
    """

    def land(uuid: str) -> list[str]:
        return land_invoice(provider, landing, uuid, now, is_refused=uuid in refused)

    with ThreadPoolExecutor(workers) as pool:
        return [problem for problems in pool.map(land, uuids) for problem in problems]


def partition_key(period: str, uuid: str) -> str:
    """A readable key: the month and the start of the uuid, which may be anything."""
    return f"{period}_{safe_name(uuid[:8])}"


def due_invoices(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The invoices without an accepted version of their present total.

    Reads `core.invoice_states`, which must be built from the newest index; before it
    was ever built nothing is known and nothing due.
    """
    exists = connection.execute(
        "select count(*) from duckdb_tables() where database_name = "
        "current_database() and schema_name = 'core' and table_name = 'invoice_states'"
    ).fetchall()[0][0]
    if not exists:
        return []
    rows = connection.execute(
        "select period, invoice_uuid from core.invoice_states "
        "where status in ('known', 'refused', 'changed') order by period, invoice_uuid"
    ).fetchall()
    return [(partition_key(period, uuid), uuid) for period, uuid in rows]


def uuids_of(
    landing: Landing, account: str, keys: Sequence[str], now: datetime
) -> list[str]:
    """The invoices of some partition keys, found in what was landed."""
    wanted = set(keys)
    return sorted(
        uuid
        for uuid, body in listed_invoices(landing, account, now).items()
        if partition_key(str(body.get("invoice_period", "")), uuid) in wanted
    )


def listed_invoices(landing: Landing, account: str, now: datetime) -> dict[str, Any]:
    """Invoices by uuid, as the newest index lists them, else as the history names them.

    The index gives the month; what only the history names is of the month before its
    entry, as in `core/costs/invoice_states.sql`.
    """
    entries = _newest(landing, "billing_history", account, now).values()
    named = {
        uuid: {**entry, "invoice_period": month}
        for entry in sorted(entries, key=lambda entry: str(entry.get("date")))
        if entry.get("type") == "Invoice"
        if isinstance(uuid := entry.get("invoice_uuid"), str) and uuid
        if (month := _month_before(entry.get("date")))
    }
    return named | _newest(landing, "invoices", account, now)


def _newest(landing: Landing, kind: str, account: str, now: datetime) -> dict[str, Any]:
    """The documents of the newest landed listing of a kind, by id."""
    receipt = landing.latest(kind, account, until=now)
    if receipt is None:
        return {}
    return documents_in(landing.read(receipt.sha256, receipt.suffix))


def _month_before(date: Json) -> str | None:
    """The month before an entry; none of what is not plainly an instant."""
    try:
        at = datetime.fromisoformat(str(date))
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    first = at.astimezone(UTC).replace(day=1)
    return (first - timedelta(days=1)).strftime("%Y-%m")


def _land(
    provider: Provider,
    landing: Landing,
    kind: str,
    subject: str,
    now: datetime,
    ask: Callable[[], Listing],
) -> Receipt:
    account = account_of(provider)
    last = landing.latest(kind, account, until=now, subject=subject)
    if last is not None and last.received_at == instant(now):
        return last
    try:
        listing = ask()
    except ProviderError as error:
        listing = Listing(kind, (), is_complete=False, problem=str(error))
    return landing.keep_listing(account, listing, now=now, subject=subject)


def _land_csv(
    provider: Provider, landing: Landing, uuid: str, now: datetime
) -> Receipt:
    account = account_of(provider)
    try:
        body = provider.invoice_csv(uuid)
    except ProviderError as error:
        failed = Listing("invoice_csv", (), is_complete=False, problem=str(error))
        return landing.keep_listing(account, failed, now=now, subject=uuid)
    return landing.keep_file(account, "invoice_csv", uuid, body, now=now)


def _one(kind: str, body: Json, id_field: str) -> Listing:
    """A single document as a listing of one, so that all JSON lands the same way."""
    if not isinstance(body, dict):
        return Listing(kind, (), is_complete=False, problem=f"{kind}: not an object")
    return Listing(kind, (Document(str(body.get(id_field)), body),), is_complete=True)


def _problems(receipts: Iterable[Receipt]) -> list[str]:
    return [
        # Old invoices have neither items nor summary; file and header suffice.
        ("warning: " if found.kind in OPTIONAL else "")
        + " ".join(filter(None, (found.kind, found.subject[:64], found.problem)))
        for found in receipts
        if not found.is_complete
    ]
