"""What a day of a resource comes to."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.books.metered_days import due_window, remember_metered
from cost_pipeline.models.build import Window, build
from cost_pipeline.models.library import all_models
from cost_pipeline_tests.usage_world import UsageWorld


def metered(world: UsageWorld, select: str) -> list[tuple[Any, ...]]:
    world.meter()
    return world.rows(f"select {select} from core.usage_daily order by all")


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        pytest.param("2026-05-10T23:59:00", None, 60, id="made a minute to midnight"),
        pytest.param("2026-05-01", "2026-05-10T22:00:00", 79200, id="destroyed at ten"),
        pytest.param("2026-05-10", "2026-05-10", None, id="an empty interval"),
        pytest.param("2026-05-10T09:00:00", "2026-05-10T08:00:00", None, id="inverted"),
        pytest.param("2026-05-10", "2026-05-11", 86400, id="the whole day"),
    ],
)
def test_a_day_counts_the_seconds_in_which_a_machine_was_there(start, end, seconds):
    world = UsageWorld()
    world.exist(("a", "droplet", None, start, end))
    rows = metered(world, "day, base_quantity")
    assert dict(rows).get(date(2026, 5, 10)) == seconds


def test_off_and_on_within_a_day_counts_the_time_on_and_a_day_off_counts_zero():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-17T00:00:00", "2026-05-17T06:00:00"))
    world.exist(("a", "droplet", None, "2026-05-17T18:00:00", "2026-05-18T00:00:00"))
    world.exist(("a", "droplet", None, "2026-05-17T06:00:00", "2026-05-17T18:00:00"))
    world.exist(("a", "droplet", None, "2026-05-18T00:00:00", None))
    world.connection.execute(
        "update core.resources set status = 'off' where valid_to is null "
        "or hour(valid_from) = 6"
    )
    assert metered(world, "day, quantity") == [
        (date(2026, 5, 17), Decimal(12)),
        (date(2026, 5, 18), Decimal(0)),
        (date(2026, 5, 19), Decimal(0)),
    ]


def test_a_change_within_the_first_second_of_a_day_still_leaves_one_row():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-18", "2026-05-19T00:00:00.5"))
    world.exist(("a", "droplet", None, "2026-05-19T00:00:00.5", None))
    assert metered(world, "day, base_quantity") == [
        (date(2026, 5, 18), 86400),
        (date(2026, 5, 19), 86400),
    ]


def test_a_size_that_nobody_knows_is_null_and_never_zero():
    world = UsageWorld()
    world.exist(("b", "spaces_bucket", None, "2026-05-19", None))
    assert metered(world, "quantity, base_quantity") == [(None, None)]


def test_a_day_of_which_a_part_is_of_unknown_size_is_unknown():
    world = UsageWorld()
    world.exist(("s", "snapshot", None, "2026-05-19", "2026-05-19T12:00:00"))
    world.exist(("s", "snapshot", 5, "2026-05-19T12:00:00", None))
    assert metered(world, "base_quantity") == [(None,)]


def test_thirty_one_days_of_a_zone_are_exactly_one_zone():
    world = UsageWorld()
    world.at("2026-06-02")
    world.exist(("z", "dns_zone", None, "2026-05-01", "2026-06-01"))
    world.meter()
    rows = world.rows(
        "select sum(base_quantity), max(base_per_unit) from core.usage_daily"
    )
    assert Fraction(*map(int, rows[0])) == 1


def test_only_what_serves_a_customer_is_metered_and_only_days_that_are_over():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-19", None))
    world.connection.execute(
        "insert into core.resources select 'shared', valid_from, valid_to, kind, "
        "status, size_gb, 'unattributed', 'unattributed', 'shared' from core.resources"
    )
    assert metered(world, "day, resource_id") == [(date(2026, 5, 19), "a")]


def test_a_resource_moved_at_noon_is_metered_half_for_each_owner():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-19", "2026-05-19T12:00:00"))
    world.exist(("a", "droplet", None, "2026-05-19T12:00:00", None))
    world.connection.execute(
        "update core.resources set deployment_id = 'other' where valid_to is null"
    )
    assert metered(world, "deployment_id, base_quantity") == [
        ("other", 43200),
        ("studio", 43200),
    ]


def test_a_late_event_lands_in_the_day_it_happened():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-01", None))
    world.meter()
    world.give(
        "raw.usage_events",
        """
        event_id | tenant_id | deployment_id | billing_kind | quantity | occurred_at
        late     | pilot     | studio        | llm_tokens   | 12.5     | 2026-05-03
        """,
    )
    assert world.meter() == Window(date(2026, 5, 3), date(2026, 5, 3))
    found = world.rows(
        "select day, resource_id, quantity, is_observed from core.usage_daily "
        "where billing_kind = 'llm_tokens'"
    )
    assert found == [(date(2026, 5, 3), "studio", Decimal("12.5"), True)]


def test_a_day_that_nobody_saw_holds_the_last_state_and_says_so():
    world = UsageWorld()
    world.connection.execute("delete from core.observed_days where day = '2026-05-19'")
    world.exist(("a", "droplet", None, "2026-05-18", None))
    assert metered(world, "day, quantity, is_observed") == [
        (date(2026, 5, 18), Decimal(24), True),
        (date(2026, 5, 19), Decimal(24), False),
    ]


SECONDS_OF_MAY = 31 * 86400
SPANS = st.lists(
    st.tuples(
        st.integers(0, SECONDS_OF_MAY),
        st.integers(0, SECONDS_OF_MAY),
        st.sampled_from(["droplet", "dns_zone", "snapshot"]),
        st.decimals("0.01", "5000", places=6),
    ),
    min_size=1,
    max_size=20,
)


@pytest.fixture(scope="module")
def june():
    world = UsageWorld()
    world.at("2026-06-02")
    return world


@settings(max_examples=12, deadline=None)
@given(spans=SPANS, splits=st.sets(st.integers(1, 30), max_size=4))
def test_days_add_up_to_the_interval_however_the_days_are_parted(june, spans, splits):
    world = june
    world.connection.execute("delete from core.resources")
    world.connection.execute("drop table if exists core.usage_daily")
    expected = {}
    for number, (start, end, kind, size_gb) in enumerate(spans):
        world.connection.execute(
            "insert into core.resources select ?, timestamp '2026-05-01' "
            "+ to_seconds(?), timestamp '2026-05-01' + to_seconds(?), ?, 'active', ?, "
            "'p', 'd', 'tenant'",
            [f"r{number}", start, end, kind, size_gb],
        )
        weight = int(size_gb * 1_000_000) if kind == "snapshot" else 1
        if start < end:
            expected[f"r{number}"] = (end - start) * weight
    world.build(("core.billing_units", "core.metered_intervals", "core.usage_events"))
    starts = [1, *sorted(day + 1 for day in splits)]
    for first, following in zip(starts, [*starts[1:], 32], strict=True):
        window = Window(date(2026, 5, first), date(2026, 5, following - 1))
        build(world.connection, all_models()["core.usage_daily"], window)
    found = world.rows(
        "select resource_id, sum(base_quantity) from core.usage_daily group by all"
    )
    assert dict(found) == expected


def test_the_first_ten_days_of_may_are_seventy_records():
    """A84: 2 droplets, 2 zones and 3 snapshots of 48 GB in all."""
    world = UsageWorld()
    world.at("2026-05-11T01:10:00")
    world.exist(*[(f"d{n}", "droplet", None, "2026-04-01", None) for n in (1, 2)])
    world.exist(*[(f"z{n}", "dns_zone", None, "2026-05-01", None) for n in (1, 2)])
    world.exist(*[(f"s{n}", "snapshot", n, "2026-05-01", None) for n in (20, 16, 12)])
    world.meter()
    rows = world.rows(
        "select billing_kind, count(*), sum(base_quantity), max(base_per_unit) "
        "from core.usage_daily where day >= '2026-05-01' group by all"
    )
    exact = {row[0]: Fraction(int(row[2]), int(row[3])) for row in rows}
    assert sum(row[1] for row in rows) == 70
    assert exact == {
        "droplet_hours": 480,
        "dns_zones": Fraction(20, 31),
        "snapshot_gb_month": Fraction(480, 31),
    }


def test_metering_again_with_nothing_new_changes_nothing():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-01", None))
    assert world.meter() == Window(date(2026, 5, 1), date(2026, 5, 19))
    assert world.meter() is None


def test_a_new_day_and_a_changed_interval_are_due_and_the_rest_is_not():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-01-01", None))
    world.exist(("b", "droplet", None, "2026-01-01", None))
    world.meter()
    world.at("2026-05-21")
    assert world.meter() == Window(date(2026, 5, 20), date(2026, 5, 20))
    # A machine seen to be gone since the 18th: only the days since then are due.
    world.connection.execute(
        "update core.resources set valid_to = ? where resource_id = 'b'",
        [datetime(2026, 5, 18, 12)],
    )
    assert world.meter() == Window(date(2026, 5, 18), date(2026, 5, 20))
    found = world.rows("select count(*) from core.usage_daily where resource_id = 'b'")
    assert found == [(31 + 28 + 31 + 30 + 18,)]


def test_a_run_as_of_the_past_takes_later_days_back_and_a_later_one_adds_them_again():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-01", None))
    world.meter()
    first = world.rows("from core.usage_daily order by all")
    world.at("2026-05-10")
    world.meter()
    assert world.rows("select max(day) from core.usage_daily") == [(date(2026, 5, 9),)]
    world.at("2026-05-20")
    world.meter()
    assert world.rows("from core.usage_daily order by all") == first


def test_a_window_that_leaves_due_days_out_leaves_them_due():
    world = UsageWorld()
    world.exist(("a", "droplet", None, "2026-05-01", None))
    world.build(("core.billing_units", "core.metered_intervals", "core.usage_events"))
    narrow = Window(date(2026, 5, 3), date(2026, 5, 4))
    build(world.connection, all_models()["core.usage_daily"], narrow)
    assert not remember_metered(world.connection, narrow)
    assert due_window(world.connection) == Window(date(2026, 5, 1), date(2026, 5, 19))
