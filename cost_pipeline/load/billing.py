"""Loading what the provider says about bills: balances, history, headers, items.

Each landed listing is loaded once, all new ones of a kind in one statement. Invoice
files are `invoice_lines.py`, exchange rates `rates.py`; fetching is
`fetch/invoices.py`.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.billing import (
    BALANCES,
    HEADERS,
    HISTORY,
    ITEMS,
    SUMMARIES,
)
from cost_pipeline.load.invoice_format import amount_micros, json_instant
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.connection import transaction
from cost_pipeline.storage.landing import Landing

BATCH = 500
PERIOD = "'[0-9]{4}-(0[1-9]|1[0-2])'"


@dataclass(frozen=True)
class Listed:
    """How a landed listing becomes rows: each column as SQL over its document.

    `needed` are columns without which a row means nothing: it is set aside.
    """

    kind: str
    contract: Contract
    columns: dict[str, str]
    needed: tuple[str, ...]


def _text(name: str) -> str:
    return f"nullif(body ->> '$.{name}', '')"


def _money(path: str) -> str:
    return amount_micros(f"(body ->> '$.{path}')")


def _time(name: str) -> str:
    return json_instant(f"(body ->> '$.{name}')")


LISTED = (
    Listed(
        "balance",
        BALANCES,
        {
            "generated_at": _time("generated_at"),
            "month_to_date_usage_micros": _money("month_to_date_usage"),
            "month_to_date_balance_micros": _money("month_to_date_balance"),
            "account_balance_micros": _money("account_balance"),
        },
        (
            "generated_at",
            "month_to_date_usage_micros",
            "month_to_date_balance_micros",
            "account_balance_micros",
        ),
    ),
    Listed(
        "billing_history",
        HISTORY,
        {
            "entry_id": "id",
            "occurred_at": _time("date"),
            "entry_type": _text("type"),
            "amount_micros": _money("amount"),
            "description": _text("description"),
            "invoice_uuid": _text("invoice_uuid"),
        },
        ("occurred_at", "entry_type", "amount_micros"),
    ),
    Listed(
        "invoices",
        HEADERS,
        {
            "invoice_uuid": "id",
            "invoice_id": _text("invoice_id"),
            "period": "case when regexp_full_match(body ->> '$.invoice_period', "
            f"{PERIOD}) then body ->> '$.invoice_period' end",
            "amount_micros": _money("amount"),
            "is_preview": "coalesce(body ->> '$.is_preview' = 'true', false)",
            "updated_at": _time("updated_at"),
        },
        ("period", "amount_micros"),
    ),
    Listed(
        "invoice_items",
        ITEMS,
        {
            "invoice_uuid": "subject",
            "product": _text("product"),
            "group_description": _text("group_description"),
            "description": _text("description"),
            "resource_id": _text("resource_id"),
            "resource_uuid": _text("resource_uuid"),
            "project_name": _text("project_name"),
            "amount_micros": _money("amount"),
            "start_at": _time("start_time"),
            "end_at": _time("end_time"),
        },
        ("amount_micros",),
    ),
    Listed(
        "invoice_summary",
        SUMMARIES,
        {
            "invoice_uuid": "subject",
            "amount_micros": _money("amount"),
            "credits_micros": _money("credits_and_adjustments.amount"),
            "document": "body",
        },
        ("amount_micros",),
    ),
)


def load_billing(connection: duckdb.DuckDBPyConnection, landing: Landing) -> int:
    """Load every landed listing of billing that is not loaded yet; returns how many."""
    return sum(load_listings(connection, landing, listed) for listed in LISTED)


def load_listings(
    connection: duckdb.DuckDBPyConnection, landing: Landing, listed: Listed
) -> int:
    """Load the new listings of one kind, in batches that are whole or not at all."""
    files = connection.execute(
        query_of("load/billing/unloaded"), [listed.kind]
    ).fetchall()
    for start in range(0, len(files), BATCH):
        batch = files[start : start + BATCH]
        paths = [landing.verified(sha256, suffix) for _, _, sha256, suffix in batch]
        with transaction(connection):
            _load_batch(connection, listed, batch, paths)
    return len(files)


def _load_batch(
    connection: duckdb.DuckDBPyConnection,
    listed: Listed,
    batch: list[tuple[str, str, str, str]],
    paths: list[Path],
) -> None:
    accounts, subjects, hashes, _ = (list(part) for part in zip(*batch, strict=True))
    columns = ", ".join(f"{sql} as {name}" for name, sql in listed.columns.items())
    missing = ", ".join(
        f"case when {name} is null then '{name} is missing or not plain' end"
        for name in listed.needed
    )
    connection.execute(
        "create or replace temp table listed as "
        f"select account, subject, source_file, source_row, {columns}, "
        f"concat_ws('; ', {missing}) as reason, cast(body as varchar) as raw_text "
        f"from ({query_of('load/billing/documents')})",
        [list(dict.fromkeys(map(str, paths))), accounts, subjects, hashes],
    )
    names = [column.name for column in listed.contract.all_columns]
    connection.execute(
        f"insert into {listed.contract.table} select {', '.join(names)} "
        "from temp.listed where reason = '' order by source_file, source_row"
    )
    connection.execute(
        "insert into raw.quarantine select distinct ?, source_file, source_row, "
        "reason, left(raw_text, 2000) from temp.listed where reason <> ''",
        [listed.contract.table],
    )
    connection.execute(
        query_of("load/billing/note"),
        [listed.kind, accounts, subjects, hashes],
    )
