"""A provider that bills what a test says, a landing, and a warehouse over both.

`BillWorld` lands and loads as the assets do. What the tables must then say belongs to
the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, Listing
from cost_pipeline.fetch.invoices import (
    land_balance,
    land_history,
    land_index,
    land_invoices,
)
from cost_pipeline.load.billing import load_billing
from cost_pipeline.load.invoice_lines import load_invoice_lines
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.providers.base import Provider, ProviderNotFound
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.tables import build_models, fresh_warehouse

HEADER = (
    "product,group_description,description,hours,start,end,USD,project_name,category"
)
APRIL = "2026-04-01 00:00:00 +0000,2026-05-01 00:00:00 +0000"
MAY_2 = datetime(2026, 5, 2, tzinfo=UTC)
BOOKS = ("core.cost_allocation", "core.provider_invoices", "core.cost_findings")
Found = TypeVar("Found")


def line(
    amount: str = "$1.00",
    description: str = "web (s-1vcpu-1gb)",
    product: str = "Droplets",
    dates: str = APRIL,
    project: str = "",
) -> str:
    """One row of an invoice file."""
    return f'{product},,{description},720,{dates},"{amount}",{project},iaas'


def csv_file(*lines: str, header: str = HEADER) -> bytes:
    return ("\n".join([header, *lines]) + "\n").encode()


@dataclass
class Biller:
    """A provider of bills; `files`, `items` and `summaries` are by invoice."""

    name: str = "do"
    account: str = "main"
    headers: dict[str, dict[str, Json]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    lines: dict[str, list[dict[str, Json]]] = field(default_factory=dict)
    summaries: dict[str, dict[str, Json]] = field(default_factory=dict)
    history: list[dict[str, Json]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def bill(
        self,
        uuid: str,
        amount: str,
        file: bytes,
        *,
        period: str = "2026-04",
        is_preview: bool = False,
    ) -> None:
        self.headers[uuid] = {
            "invoice_uuid": uuid,
            "invoice_id": "1",
            "amount": amount,
            "invoice_period": period,
            "is_preview": is_preview,
        }
        self.files[uuid] = file

    def balance(self) -> Json:
        return {
            "generated_at": "2026-05-02T00:00:00Z",
            "month_to_date_usage": "1.00",
            "month_to_date_balance": "1.00",
            "account_balance": "0.00",
        }

    def invoices(self) -> Listing:
        return listing("invoices", self.headers)

    def billing_history(self) -> Listing:
        entries = {f"entry{n}-1": body for n, body in enumerate(self.history)}
        return listing("billing_history", entries)

    def invoice_csv(self, uuid: str) -> bytes:
        self.asked.append(uuid)
        return self._found(self.files, uuid)

    def invoice_items(self, uuid: str) -> Listing:
        items = self._found(self.lines, uuid)
        return listing("invoice_items", {f"i{n}": b for n, b in enumerate(items)})

    def invoice_summary(self, uuid: str) -> Json:
        return self._found(self.summaries, uuid)

    def _found(self, where: dict[str, Found], uuid: str) -> Found:
        if uuid not in where:
            raise ProviderNotFound(f"GET {uuid}: 404")
        return where[uuid]


def listing(kind: str, bodies: dict[str, dict[str, Json]]) -> Listing:
    documents = tuple(Document(key, body) for key, body in sorted(bodies.items()))
    return Listing(kind, documents, is_complete=True)


def land_account(provider: Provider, landing: Landing, at: datetime) -> list[str]:
    """Land balance, history and index; returns what went wrong, in one line each."""
    lands = (land_balance, land_history, land_index)
    receipts = [land(provider, landing, at) for land in lands]
    return [f"{r.kind} {r.problem}" for r in receipts if not r.is_complete]


@dataclass
class BillWorld:
    """One landing and one warehouse, looked at as often as a test likes."""

    root: Path
    biller: Biller = field(default_factory=Biller)
    given: dict[str, str] = field(default_factory=dict)
    connection: duckdb.DuckDBPyConnection = field(default_factory=fresh_warehouse)

    @property
    def landing(self) -> Landing:
        return Landing(self.root / "landing")

    def sync(self, at: datetime = MAY_2, uuids: Sequence[str] = ()) -> list[str]:
        """Land the index and the files of some invoices, or of all."""
        provider = cast(Provider, self.biller)
        problems = land_account(provider, self.landing, at)
        wanted = uuids or sorted(self.biller.headers)
        return problems + land_invoices(provider, self.landing, wanted, at)

    def books(self, at: datetime = MAY_2, tables: Sequence[str] = BOOKS) -> None:
        """Load what was landed and build the tables, as of an instant."""
        set_clock(self.connection, RunClock(at))
        load_receipts(self.connection, self.landing)
        load_billing(self.connection, self.landing)
        load_invoice_lines(self.connection, self.landing)
        build_models(self.connection, *tables, given=self.given)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()
