"""A log of eight customers that runs build, and the steps that change what they see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from cost_pipeline.models.build import build
from cost_pipeline.models.changed_tenants import (
    build_keyed,
    note_marks,
    settle,
)
from cost_pipeline.models.library import all_models
from cost_pipeline.models.model import MARKS, Model
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.sql.subscription_logs import (
    ALWAYS,
    PLANS,
    START,
)
from cost_pipeline_tests.sql.subscription_tables import (
    DRAFTS,
    RESULTS,
    give_log,
    give_plans,
    insert,
    upstream_of,
)
from cost_pipeline_tests.tables import fresh_warehouse, give, tell

TENANTS, WHOLE = 8, -1
ACTIVITY = """
    activity_id, sequence, tenant_id, resource_id, activity_type, plan_code, created_at
"""
CREDIT_EVENT = """
    event_id | install_id | occurred_at | tier | backend
    c1       | i1         | 2024-01-30  | pro  | gemini
"""
VOID = """
insert into ledger.decisions by name
select 'v' || invoice_id as decision_id, 'void-invoice' as decision,
    invoice_id as subject_id, '{}' as details, ? as decided_at, '' as input_hash,
    1 as batch, ? as written_at
from core.anniversary_invoices
where status = 'issued'
order by invoice_id
limit 1
"""


@dataclass
class World:
    """A warehouse, the settings of a run, and for how many tenants it built."""

    connection: duckdb.DuckDBPyConnection
    now: datetime = START
    issue_from: date | None = ALWAYS
    rebuilt: dict[str, int] = field(default_factory=dict)
    # Whether each table is held to its whole query as it is built.
    is_compared: bool = True

    def run(self, *, until: str | None = None, only: Sequence[str] = ()) -> None:
        """One run; killed just after it built a table and before that was settled."""
        set_clock(self.connection, RunClock(self.now, self.issue_from))
        self.rebuilt = {}
        drafts = upstream_of(DRAFTS)
        chosen = upstream_of(*RESULTS)
        later = [table for table in all_models() if table in chosen - drafts]
        for table in [*(t for t in all_models() if t in drafts), "claims", *later]:
            if only and table not in only:
                continue
            if table == "claims":
                tell(self.connection, "ledger.claims")
            elif not self._build(all_models()[table], is_killed=table == until):
                return

    def _build(self, model: Model, *, is_killed: bool) -> bool:
        if not model.keyed:
            build(self.connection, model)
            if model.table == MARKS and not is_killed:
                note_marks(self.connection, whole_from=0)
            return not is_killed
        built = build_keyed(self.connection, model)
        self.rebuilt[model.table] = built.facts.get("rebuilt_tenants_count", WHOLE)
        if is_killed:
            return False
        if self.is_compared:
            self.connection.execute(
                f"create or replace temp table whole as {model.query}"
            )
            differing = self.rows(
                f"select 'kept', * from (from {model.table} except all from whole) "
                "union all select 'whole', * from (from whole except all "
                f"from {model.table})"
            )
            assert differing == [], model.table
        settle(self.connection, model)
        return True

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


def world_of_plans() -> World:
    connection = fresh_warehouse(START.replace(tzinfo=UTC), ALWAYS)
    give_plans(connection, PLANS)
    tenants = [f"t{number} | T | AUD" for number in range(TENANTS)]
    give(
        connection, "raw.tenants", "\n".join(["tenant_id | name | currency", *tenants])
    )
    # An install has periods too, and no tenant has anything to do with them.
    give(connection, "raw.credit_events", CREDIT_EVENT)
    return World(connection)


def hours(world: World, count: float) -> None:
    world.now += timedelta(hours=count)


def start_from(world: World, start: date | None) -> None:
    world.issue_from = start


def give_rates(world: World) -> None:
    rates = [("X", "0.1", date(2020, 1, 1))]
    insert(world.connection, "raw.tax_rates", "tax_code, rate, effective_from", rates)


def give_code(world: World, tenant: str = "%") -> None:
    world.connection.execute(
        "update raw.tenants set tax_code = 'X' where tenant_id like ?", [tenant]
    )


def create(world: World, tenant: str, at: datetime, relay: str = "new") -> None:
    insert(
        world.connection,
        "raw.activities",
        ACTIVITY,
        [(f"{tenant}-{relay}", 500, tenant, relay, "create_relay", "basic", at)],
    )


def fresh_item(world: World) -> None:
    """Something of this very hour, which no tick can claim yet."""
    create(world, "t3", world.now - timedelta(minutes=1))


def raise_prices(world: World) -> None:
    world.connection.execute(
        "update raw.plan_versions set base_price_cents = base_price_cents + 101"
    )


def void_one(world: World) -> None:
    world.connection.execute(VOID, [world.now, world.now])


def relay(tenant: str, number: int, kind: str, at: datetime) -> tuple[object, ...]:
    return (f"{tenant}-{number}", number, tenant, "r", kind, "basic", at)


def claimed_world(issue_from: date | None) -> World:
    """Eight tenants that renew on eight days; all is claimed that is due."""
    world = world_of_plans()
    world.issue_from, world.is_compared = issue_from, False
    days = [START + timedelta(days=2 * number) for number in range(TENANTS)]
    created = [relay(f"t{n}", n, "create_relay", day) for n, day in enumerate(days)]
    give_log(world.connection, created)
    world.now = START + timedelta(days=20)
    for _ in range(2):
        world.run()
    world.is_compared = True
    return world
