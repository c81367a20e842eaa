"""A landing and a warehouse for inventory tests: syncs in, tables out.

`World` lands listings as the assets do and runs the loading and the models. What the
tables must then say belongs to the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, Listing
from cost_pipeline.load.observations import Observed, load_observations
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.tables import build_models, fresh_warehouse, give

START = datetime(2026, 4, 1, tzinfo=UTC)
ACCOUNT = "do:main"

Bodies = Mapping[str, Mapping[str, Json]]


def listing(kind: str, bodies: Bodies, problem: str | None = None) -> Listing:
    """A listing of documents by id; one with a problem is not complete."""
    documents = tuple(Document(key, body) for key, body in sorted(bodies.items()))
    return Listing(kind, documents, problem is None, problem)


def droplet(number: int = 1, **fields: Json) -> dict[str, dict[str, Json]]:
    """One droplet by its id."""
    body: dict[str, Json] = {
        "id": number,
        "name": f"web-{number}",
        "status": "active",
        "size_slug": "s-1vcpu-1gb",
        "region": {"slug": "syd1"},
        "created_at": "2026-03-01T00:00:00Z",
    }
    return {str(number): {**body, **fields}}


def droplets(count: int) -> dict[str, dict[str, Json]]:
    return {key: body for n in range(1, count + 1) for key, body in droplet(n).items()}


def members(project: str, *urns: str, **fields: Json) -> dict[str, dict[str, Json]]:
    """What a project says it contains."""
    body: dict[str, Json] = {
        "project_id": project,
        "assigned_at": "2026-03-01T00:00:00Z",
        "status": "ok",
    }
    return {f"{project}|{urn}": {**body, "urn": urn, **fields} for urn in urns}


@dataclass
class World:
    """One landing, one warehouse, and a clock that goes by quarters of an hour."""

    root: Path
    connection: duckdb.DuckDBPyConnection = field(default_factory=fresh_warehouse)
    quarters: int = 0

    @property
    def landing(self) -> Landing:
        return Landing(self.root / "landing")

    @property
    def now(self) -> datetime:
        return START + timedelta(minutes=15 * self.quarters)

    def sync(
        self, kind: str, bodies: Bodies, *, times: int = 1, problem: str | None = None
    ) -> datetime:
        """Land a listing at each of the next quarters; returns the first of them."""
        first = START + timedelta(minutes=15 * (self.quarters + 1))
        for _ in range(times):
            self.quarters += 1
            self.land(kind, bodies, problem=problem)
        return first

    def land(self, kind: str, bodies: Bodies, *, problem: str | None = None) -> None:
        """Land a listing now, beside what else is landed now."""
        answer = listing(kind, bodies, problem)
        self.landing.keep_listing(ACCOUNT, answer, now=self.now)

    def load(self) -> tuple[Observed, ...]:
        load_receipts(self.connection, self.landing)
        return load_observations(self.connection, self.landing)

    def give(self, table: str, text: str) -> None:
        give(self.connection, table, text)

    def rows(
        self, table: str, select: str = "*", *, now: datetime | None = None
    ) -> list[tuple[Any, ...]]:
        """Load what is landed, build a model with all below it, and read it."""
        set_clock(self.connection, RunClock(now or self.now))
        self.load()
        build_models(self.connection, table)
        return self.connection.execute(
            f"select {select} from {table} order by all"
        ).fetchall()

    def observations(self, kind: str) -> list[tuple[Any, ...]]:
        """What was written down of a kind, by hour and minute."""
        return self.connection.execute(
            "select provider_id, observed_at, document is not null "
            "from raw.observations where kind = ? order by all",
            [kind],
        ).fetchall()

    def verdicts(self, kind: str) -> list[str]:
        found = self.connection.execute(
            "select verdict from raw.receipts where kind = ? order by received_at",
            [kind],
        ).fetchall()
        return [row[0] for row in found]


def naive(moment: datetime) -> datetime:
    """An instant as the warehouse gives it back."""
    return moment.replace(tzinfo=None)
