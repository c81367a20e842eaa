"""Tables built again for some tenants only are what a whole build would make."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cost_pipeline.assets.nodes import Chain
from cost_pipeline.models.changed_tenants import (
    OF_TENANTS,
    keyed_models,
    note_marks,
    restricted,
    standing_on,
)
from cost_pipeline.models.library import all_models
from cost_pipeline.models.model import MARKS
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.sql.keyed_tables import (
    ACTIVITY,
    TENANTS,
    WHOLE,
    World,
    claimed_world,
    create,
    fresh_item,
    give_code,
    give_rates,
    hours,
    raise_prices,
    relay,
    start_from,
    void_one,
    world_of_plans,
)
from cost_pipeline_tests.sql.subscription_logs import (
    ALWAYS,
    START,
    as_rows,
    logs,
    of_tenant,
)
from cost_pipeline_tests.sql.subscription_tables import insert

# Read by keyed models although nothing marks them: time is looked at by itself, and
# numbers never change.
UNMARKED = {MARKS, "ref.clock", "ref.numbers", *OF_TENANTS}
Step = Callable[[World], object]
HOURS = st.integers(1, 24 * 40)
STARTS = st.dates(START.date(), START.date() + timedelta(days=120))
KILLED = st.sampled_from([MARKS, *keyed_models()])


def steps_of(log: dict[str, list[tuple[object, ...]]]) -> st.SearchStrategy[Step]:
    """One of the things that tables are made of changes."""

    def know(tenant: str, tenths: int) -> Step:
        """Another part of a tenant's log is what is told of it."""
        return partial(give_part, log={tenant: log[tenant]}, tenths=tenths)

    return st.one_of(
        st.builds(know, st.sampled_from(sorted(log)), st.integers(0, 10)),
        st.sampled_from(sorted(log)).map(lambda name: partial(give_code, tenant=name)),
        HOURS.map(lambda count: partial(hours, count=count)),
        HOURS.map(lambda count: partial(hours, count=-count)),
        (st.none() | STARTS).map(lambda start: partial(start_from, start=start)),
        st.sampled_from([raise_prices, give_rates, void_one, World.run]),
    )


def give_part(
    world: World, *, log: dict[str, list[tuple[object, ...]]], tenths: int
) -> None:
    for tenant, rows in log.items():
        world.connection.execute(
            "delete from raw.activities where tenant_id = ?", [tenant]
        )
        part = rows[: len(rows) * tenths // 10]
        insert(world.connection, "raw.activities", ACTIVITY, part)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)
@given(st.data())
def test_whatever_changed_each_table_is_what_its_whole_query_makes(data) -> None:
    world = world_of_plans()
    names = [f"t{number}" for number in range(TENANTS)]
    log = {name: as_rows(of_tenant(data.draw(logs()), name)) for name in names}
    give_part(world, log=log, tenths=5)
    world.run()
    for step in data.draw(st.lists(steps_of(log), max_size=8)):
        step(world)
        killed_at = data.draw(st.none() | KILLED)
        world.run(until=killed_at)
    world.run()


@pytest.fixture
def world() -> World:
    return claimed_world(ALWAYS)


def test_a_run_with_nothing_new_builds_nobody(world: World) -> None:
    world.run()
    assert set(world.rebuilt.values()) == {0}


def test_a_day_builds_those_who_did_something_and_those_who_renew(world: World) -> None:
    world.now = START + timedelta(days=32, hours=1)
    insert(
        world.connection,
        "raw.activities",
        ACTIVITY,
        [relay("t7", 100, "deactivate_relay", START + timedelta(days=32))],
    )
    world.run()
    # Two renew, at the end of the 28th and of the last day of February; one gave up.
    assert world.rows(
        "select tenant_id, item_kind from marts.subscription_items "
        "where created_at > timestamp '2024-02-20' order by all"
    ) == [("t0", "renewal"), ("t1", "renewal"), ("t7", "deactivate")]
    assert {name for name, count in world.rebuilt.items() if count == 3} == set(
        standing_on("core.periods")
    )
    # Who only renews did nothing that the log would tell.
    assert world.rebuilt["core.activity_states"] == 1


def test_what_was_claimed_builds_what_reads_claims_and_no_more(world: World) -> None:
    create(world, "t3", START + timedelta(days=19))
    for _ in range(2):
        world.run()
    rebuilt = {table for table, count in world.rebuilt.items() if count}
    assert rebuilt == set(standing_on("raw.ledger_claims"))
    assert "core.activity_states" not in rebuilt


def test_rows_that_break_a_rule_are_built_until_they_do_not(world: World) -> None:
    hours(world, 1)
    create(world, "t1", world.now)
    world.run(only=[MARKS])
    world.connection.execute(
        "insert into raw.activities from raw.activities where activity_id = 't1-new'"
    )
    assert materialised(world, "core.activity_states") == [False]
    pending = "from ops.pending_tenants where table_name = 'core.activity_states'"
    assert world.rows(pending) == [("core.activity_states", "t1")]
    world.connection.execute(
        "create or replace table raw.activities as "
        "select distinct * from raw.activities"
    )
    assert materialised(world, "core.activity_states") == [True]
    assert world.rows(pending) == []


def materialised(world: World, table: str) -> list[bool]:
    """Build a table as a run does; whether its rules hold."""
    chain = Chain(world.connection, Landing(Path("nowhere")), None, world.now)
    made = chain.made(all_models()[table])
    if table == MARKS:
        note_marks(world.connection)
    return [made.is_settled]


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
    "a period began": (ALWAYS, [], [lambda world: hours(world, 24 * 13)]),
    "the clock went back": (None, [], [lambda world: hours(world, -24 * 5.9)]),
    "the clock went back into an hour": (
        None,
        [fresh_item, lambda world: hours(world, 2)],
        [lambda world: hours(world, -2)],
    ),
    "a claim was due and could not be": (ALWAYS, LATE, [lambda w: hours(w, 100)]),
    "a price": (ALWAYS, [], [raise_prices]),
    "a price of drafts": (None, [], [raise_prices]),
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
    "a void invoice": (ALWAYS, [], [void_one]),
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
    world.run()


def test_tables_are_restricted_where_they_are_read_and_keep_their_name() -> None:
    query = """
        -- One of core.periods.
        select periods.owner_id, 'core.periods' as said
        from core.periods, ref.clock
    """
    model = replace(all_models()["core.relay_renewals"], query=query)
    assert restricted(model) == (
        "/* One of core.periods. */ SELECT periods.owner_id, 'core.periods' AS said "
        "FROM (SELECT * FROM core.periods SEMI JOIN temp.touched_tenants "
        "USING (tenant_id)) AS periods, ref.clock"
    )


def test_what_a_keyed_table_reads_is_keyed_too_or_leaves_a_mark() -> None:
    marked = set(all_models()[MARKS].upstream)
    views = {f"raw.ledger_{name}": f"ledger.{name}" for name in ("claims", "decisions")}
    marked |= {views.get(table, table) for table in marked}
    for table, model in keyed_models().items():
        known = {*keyed_models(), *model.keyless, *marked, *UNMARKED}
        assert set(model.upstream) <= known, table
