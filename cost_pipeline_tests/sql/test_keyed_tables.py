"""Tables built again for some tenants only are what a whole build would make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cost_pipeline.warehouse.building import build
from cost_pipeline.warehouse.claiming import claim_items
from cost_pipeline.warehouse.connection import RunClock, set_clock
from cost_pipeline.warehouse.keyed import (
    OF_TENANTS,
    build_keyed,
    keyed_models,
    note_marks,
    settle,
)
from cost_pipeline.warehouse.models import MARKS, Model, all_models
from cost_pipeline_tests.sql.subscription_tables import (
    DRAFTS,
    RESULTS,
    give_log,
    give_plans,
    insert,
    upstream_of,
)
from cost_pipeline_tests.sql.test_subscription_reference import (
    ALWAYS,
    PLANS,
    START,
    as_rows,
    logs,
    of_tenant,
)
from cost_pipeline_tests.tables import fresh_warehouse, give

TENANTS, WHOLE = 8, -1
# Read by keyed models although nothing marks them: time is looked at by itself, and
# numbers never change.
UNMARKED = {MARKS, "ref.clock", "ref.numbers", *OF_TENANTS}


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
                claim_items(self.connection, None)
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
        differing = self.rows(
            f"select 'kept', * from (from {model.table} except all ({model.query})) "
            f"union all select 'whole', * from (({model.query}) except all "
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


def change(world: World, kind: str, data: st.DataObject) -> None:
    """Change one of the things that tables are made of."""
    tenant = data.draw(st.sampled_from([f"t{n}" for n in range(TENANTS)]))
    if kind == "hours":
        world.now += timedelta(hours=data.draw(st.integers(1, 24 * 40)))
    elif kind == "past":
        world.now -= timedelta(hours=data.draw(st.integers(1, 24 * 40)))
    elif kind == "start":
        days = data.draw(st.none() | st.integers(0, 120))
        start = None if days is None else (START + timedelta(days=days)).date()
        world.issue_from = start
    elif kind == "price":
        world.connection.execute(
            "update raw.plan_versions set base_price_cents = base_price_cents + 101"
        )
    elif kind == "tax code":
        world.connection.execute(
            "update raw.tenants set tax_code = 'X' where tenant_id = ?", [tenant]
        )
    elif kind == "tax rate":
        rates = [("X", "0.1", date(2020, 1, 1))]
        insert(
            world.connection, "raw.tax_rates", "tax_code, rate, effective_from", rates
        )
    elif kind == "void":
        world.connection.execute(VOID, [world.now, world.now])


CHANGES = (
    *("log", "log", "hours", "hours", "past", "start", "price", "tax code"),
    *("tax rate", "void", "nothing", "killed", "killed"),
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)
@given(st.data())
def test_whatever_changed_each_table_is_what_its_whole_query_makes(data) -> None:
    world = world_of_plans()
    log: dict[str, list[tuple[object, ...]]] = {}
    for number in range(TENANTS):
        rows = of_tenant(data.draw(logs()), f"t{number}")
        log[f"t{number}"] = as_rows(rows)
    known = {tenant: len(rows) // 2 for tenant, rows in log.items()}
    for kind in ("log", *data.draw(st.lists(st.sampled_from(CHANGES), max_size=8))):
        if kind == "log":
            tenant = data.draw(st.sampled_from(sorted(log)))
            known[tenant] = data.draw(st.integers(0, len(log[tenant])))
            give_log(
                world.connection,
                (row for name, rows in log.items() for row in rows[: known[name]]),
            )
        change(world, kind, data)
        if kind == "killed":
            tables = [MARKS, *keyed_models()]
            world.run(until=data.draw(st.sampled_from(tables)))
        else:
            world.run()


def relay(tenant: str, number: int, kind: str, at: datetime) -> tuple[object, ...]:
    return (f"{tenant}-{number}", number, tenant, "r", kind, "basic", at)


@pytest.fixture
def world() -> World:
    return claimed_world(ALWAYS)


def claimed_world(issue_from: date | None) -> World:
    """Eight tenants that renew on eight days; all is claimed that is due."""
    world = world_of_plans()
    world.issue_from = issue_from
    days = [START + timedelta(days=2 * number) for number in range(TENANTS)]
    created = [relay(f"t{n}", n, "create_relay", day) for n, day in enumerate(days)]
    give_log(world.connection, created)
    world.now = START + timedelta(days=20)
    for _ in range(2):
        world.run()
    return world


def test_a_run_with_nothing_new_builds_nobody(world: World) -> None:
    world.run()
    assert set(world.rebuilt.values()) == {0}


def test_a_day_builds_those_who_did_something_and_those_who_renew(world: World) -> None:
    world.now = START + timedelta(days=32, hours=1)
    insert(
        world.connection,
        "raw.activities",
        "activity_id, sequence, tenant_id, resource_id, activity_type, plan_code, "
        "created_at",
        [relay("t7", 100, "deactivate_relay", START + timedelta(days=32))],
    )
    world.run()
    # Two renew, at the end of the 28th and of the last day of February; one gave up.
    assert world.rows(
        "select tenant_id, item_kind from marts.subscription_items "
        "where created_at > timestamp '2024-02-20' order by all"
    ) == [("t0", "renewal"), ("t1", "renewal"), ("t7", "deactivate")]
    assert set(world.rebuilt.values()) == {3}


def test_rows_that_break_a_rule_are_built_until_they_do_not(world: World) -> None:
    world.now += timedelta(hours=1)
    give_log(
        world.connection, [relay("t1", 1, "create_relay", START + timedelta(days=3))]
    )
    table = "core.activity_states"
    # Killed after the table was built, when nobody had looked at its rules.
    world.run(until=table)
    world.run()
    assert world.rebuilt[table] != 0
    assert world.rows("from ops.pending_tenants") == []


def test_a_table_is_built_whole_when_as_many_were_replaced_as_there_are(
    world: World,
) -> None:
    found = []
    for number in range(20):
        world.now += timedelta(minutes=1)
        create(world, "t3", world.now, f"new-{number}")
        world.run()
        found.append(world.rebuilt["core.activity_states"])
    assert set(found) == {WHOLE, 1}
    first, second = (at for at, count in enumerate(found) if count == WHOLE)
    assert second - first > TENANTS


def hours(world: World, count: float) -> None:
    world.now += timedelta(hours=count)


def start_from(world: World, start: date | None) -> None:
    world.issue_from = start


def give_rates(world: World) -> None:
    rates = [("X", "0.1", date(2020, 1, 1))]
    insert(world.connection, "raw.tax_rates", "tax_code, rate, effective_from", rates)


def give_code(world: World) -> None:
    world.connection.execute("update raw.tenants set tax_code = 'X'")


def create(world: World, tenant: str, at: datetime, relay: str = "new") -> None:
    insert(
        world.connection,
        "raw.activities",
        "activity_id, sequence, tenant_id, resource_id, activity_type, plan_code, "
        "created_at",
        [(f"{tenant}-{relay}", 500, tenant, relay, "create_relay", "basic", at)],
    )


def fresh_item(world: World) -> None:
    """Something of this very hour, which no tick can claim yet."""
    create(world, "t3", world.now - timedelta(minutes=1))


Step = Callable[[World], object]
RAISE = "update raw.plan_versions set base_price_cents = base_price_cents + 101"
REPLAN = "update raw.activities set plan_code = 'odd' where tenant_id = 't2'"
LATE: list[Step] = [
    # Another customer was told something since, so nobody is claimed as of then.
    lambda world: create(world, "t1", world.now + timedelta(days=1)),
    lambda world: hours(world, 48),
    World.run,
    lambda world: create(world, "t5", START + timedelta(days=12)),
    lambda world: hours(world, -40),
]
STORIES: dict[str, tuple[date | None, list[Step], list[Step]]] = {
    "an hour is over": (ALWAYS, [fresh_item], [lambda world: hours(world, 1)]),
    "an hour is over for a draft": (None, [fresh_item], [lambda w: hours(w, 1)]),
    "a period began": (ALWAYS, [], [lambda world: hours(world, 24 * 9)]),
    "the clock went back": (None, [], [lambda world: hours(world, -24 * 5.9)]),
    "the clock went back into an hour": (
        None,
        [fresh_item, lambda world: hours(world, 2)],
        [lambda world: hours(world, -2)],
    ),
    "a claim was due and could not be": (ALWAYS, LATE, [lambda w: hours(w, 100)]),
    "a price": (ALWAYS, [], [lambda world: world.connection.execute(RAISE)]),
    "a price of drafts": (None, [], [lambda world: world.connection.execute(RAISE)]),
    "a tax code": (None, [give_rates], [give_code]),
    "a tax rate": (None, [give_code], [give_rates]),
    "a tax rate of what is held": (
        ALWAYS,
        [give_code, lambda world: hours(world, 24 * 13)],
        [give_rates],
    ),
    "what the last run claimed": (
        ALWAYS,
        [],
        [lambda world: create(world, "t3", START + timedelta(days=19)), World.run],
    ),
    "another plan in the log": (
        ALWAYS,
        [],
        [lambda world: world.connection.execute(REPLAN)],
    ),
    "a void invoice": (
        ALWAYS,
        [],
        [lambda world: world.connection.execute(VOID, [world.now, world.now])],
    ),
    "documents are issued from now on": (None, [], [lambda w: start_from(w, ALWAYS)]),
    "documents are issued from a later day": (
        None,
        [],
        [lambda world: start_from(world, date(2024, 2, 5))],
    ),
    "only the last table was built": (
        None,
        [
            fresh_item,
            lambda w: w.run(only=[MARKS, "core.subscription_claims"]),
            World.run,
        ],
        [],
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_who_is_changed_by_something_is_built_again(story: str) -> None:
    issue_from, before, changes = STORIES[story]
    world = claimed_world(issue_from)
    for step in before:
        step(world)
    for _ in range(2):
        world.run()
    for step in changes:
        step(world)
    # Each table is held to its whole query as it is built.
    world.run()


def test_what_a_keyed_table_reads_is_keyed_too_or_leaves_a_mark() -> None:
    marked = set(all_models()[MARKS].upstream)
    views = {f"raw.ledger_{name}": f"ledger.{name}" for name in ("claims", "decisions")}
    marked |= {views.get(table, table) for table in marked}
    for table, model in keyed_models().items():
        known = {*keyed_models(), *model.keyless, *marked, *UNMARKED}
        assert set(model.upstream) <= known, table
