"""A warehouse for tests of metering and invoicing: facts in, a run, documents out.

`UsageWorld.run` does what a run of the pipeline does, in the same order: meter what is
due, draft, issue, show. What the documents must then say belongs to the tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from cost_pipeline.books.metered_days import due_window, remember_metered
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.reference import load_seed
from cost_pipeline.models.build import Window, build
from cost_pipeline.models.library import all_models
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline.storage.ledger import Written
from cost_pipeline_tests.tables import fresh_warehouse, give, tell

CATALOG = (
    "plans",
    "plan_versions",
    "plan_items",
    "addons",
    "resource_prices",
    "tax_rates",
)
INPUTS = ("core.billing_units", "core.metered_intervals", "core.usage_events")
AFTER_ISSUE = ("core.calendar_documents", "core.calendar_lines")

RESOURCES = """
    create table core.resources (
        resource_id varchar, valid_from timestamp, valid_to timestamp, kind varchar,
        status varchar, size_gb decimal(20, 6), tenant_id varchar,
        deployment_id varchar, role varchar
    )
"""

PILOT = {
    "raw.tenants": """
        tenant_id | name         | currency | tax_code
        pilot     | Pilot Studio | AUD      | AU_GST
    """,
    "raw.deployments": """
        deployment_id | tenant_id | created_at
        studio        | pilot     | 2025-01-01
    """,
    "raw.subscriptions": """
        subscription_id | tenant_id | deployment_id | plan_version_id | started_at
        sub             | pilot     | studio        | studio-v1       | 2026-04-01
    """,
    "raw.subscription_addons": """
        subscription_id | addon_code   | quantity | started_at
        sub             | storage_50gb | 1        | 2026-04-01
    """,
}


@dataclass
class UsageWorld:
    """One warehouse, its facts, and the date from which documents are issued."""

    issue_from: date | None = None
    connection: duckdb.DuckDBPyConnection = field(default_factory=fresh_warehouse)

    def __post_init__(self) -> None:
        for name in CATALOG:
            load_seed(self.connection, all_contracts()[f"raw.{name}"])
        self.connection.execute(RESOURCES)
        self.connection.execute("create table core.open_strikes (resource_id varchar)")
        self.connection.execute(
            "create table core.observed_days as select day, kind "
            "from ref.days cross join (select distinct kind from ref.metering_rules) "
            "where day between date '2025-01-01' and date '2026-12-31'"
        )

    def give(self, table: str, text: str) -> None:
        give(self.connection, table, text)

    def give_pilot(self) -> None:
        for table, text in PILOT.items():
            self.give(table, text)

    def exist(self, *rows: tuple[Any, ...]) -> None:
        """Resources: id, kind, size, from, to; of the deployment `studio`."""
        for resource_id, kind, size_gb, valid_from, valid_to in rows:
            self.connection.execute(
                "insert into core.resources values "
                "(?, ?, ?, ?, 'active', ?, 'pilot', 'studio', 'tenant')",
                [resource_id, valid_from, valid_to, kind, size_gb],
            )

    def at(self, now: str) -> None:
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        set_clock(self.connection, RunClock(moment, self.issue_from))

    def meter(self) -> Window | None:
        """Meter what is due; returns which days that was."""
        self.build(INPUTS)
        window = due_window(self.connection)
        if window is not None:
            build(self.connection, all_models()["core.usage_daily"], window)
            assert remember_metered(self.connection, window)
        return window

    def run(self, now: str) -> Written:
        """Meter, draft, issue and show; returns what was issued."""
        self.at(now)
        self.meter()
        written = self.draft_and_issue()
        self.build(AFTER_ISSUE)
        return written

    def draft_and_issue(self) -> Written:
        self.build(drafted())
        return tell(self.connection, "ledger.lines", "ledger.documents")

    def build(self, tables: Iterable[str]) -> None:
        for table in tables:
            build(self.connection, all_models()[table])

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, list(values)).fetchall()


def drafted() -> list[str]:
    """Every model between metering and issue, in order."""
    later = {"core.usage_daily", *AFTER_ISSUE}
    return [
        table
        for table, model in all_models().items()
        if model.subject in ("usage", "invoices", "catalog")
        and table not in later
        and model.partition is None
    ]
