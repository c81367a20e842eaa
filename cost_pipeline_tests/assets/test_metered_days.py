"""Which days of a table of days are looked at, and which stay due."""

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace

import dagster as dg

from cost_pipeline.assets.days import day_asset
from cost_pipeline.books.metered_days import due_window
from cost_pipeline.models.library import all_models
from cost_pipeline_tests.usage_world import INPUTS, UsageWorld

TABLES = ("core.usage_daily", "marts.usage_daily")


def run(world: UsageWorld, first: str, last: str) -> dg.ExecuteInProcessResult:
    """Meter a range as a run does."""
    warehouse = SimpleNamespace(connection=world.connection)
    assets = [day_asset(all_models()[table], set(TABLES)) for table in TABLES]
    return dg.materialize(
        assets,
        resources={"warehouse": warehouse},
        tags={
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
        },
        raise_on_error=False,
    )


def world_of_may() -> UsageWorld:
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-01", None))
    world.build(INPUTS)
    return world


def test_days_that_break_a_rule_are_due_until_they_do_not():
    world = world_of_may()
    # Seen twice on the tenth: two rows for one machine and day.
    world.connection.execute(
        "insert into core.observed_days values (date '2026-05-10', 'droplet')"
    )
    done = run(world, "2026-05-01", "2026-05-19")
    assert [(c.asset_key.path[0], c.passed) for c in checks(done)] == [("core", False)]
    assert due_window(world.connection) is not None
    world.connection.execute(
        "create or replace table core.observed_days as "
        "select distinct day, kind from core.observed_days"
    )
    assert all(check.passed for check in checks(run(world, "2026-05-01", "2026-05-19")))
    assert due_window(world.connection) is None


def test_a_run_looks_at_the_days_it_metered_and_at_no_other():
    world = world_of_may()
    run(world, "2026-05-01", "2026-05-19")
    world.connection.execute(
        "insert into core.usage_daily from core.usage_daily where day = ?",
        [date(2026, 5, 10)],
    )
    later = checks(run(world, "2026-05-11", "2026-05-19"))
    assert [check.passed for check in later] == [True, True]


def checks(done: dg.ExecuteInProcessResult) -> Sequence[dg.AssetCheckEvaluation]:
    return done.get_asset_check_evaluations()
