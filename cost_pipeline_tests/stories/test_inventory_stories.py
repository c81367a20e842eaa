"""What happens to resources in a cloud account, and what the tables then say."""

from datetime import datetime

import pytest

from cost_pipeline.models.library import all_audits
from cost_pipeline_tests.inventory_world import (
    World,
    droplet,
    droplets,
    members,
    naive,
)

LINKS = """
    provider_project_id | tenant_id | deployment_id | role   | valid_from | valid_to
    studio              | acme      | acme-app      | tenant | 2020-01-01 | null
    relay               | birch     | birch-app     | tenant | 2020-01-01 | null
"""


@pytest.fixture
def world(tmp_path):
    found = World(tmp_path)
    found.give("raw.project_links", LINKS)
    return found


def spans(world, **options):
    return world.rows("core.resources", "provider_id, valid_from, valid_to", **options)


def waiting(world):
    """What the operator has to decide, as the run's last lines tell it."""
    world.rows("marts.resources")
    audit = next(a for a in all_audits() if a.name == "listings_wait_for_nobody")
    return world.connection.execute(audit.query).fetchall()


def owners(world):
    return world.rows("core.resources", "tenant_id, valid_from, valid_to")


def test_a_droplet_moved_in_mid_month_has_two_owners_in_time(world):
    world.sync("droplets", droplet(1))
    world.land("project_resources", members("studio", "do:droplet:1"))
    moved_at = world.sync("project_resources", members("relay", "do:droplet:1"))
    created = datetime(2026, 3, 1)
    assert owners(world) == [
        ("acme", created, naive(moved_at)),
        ("birch", naive(moved_at), None),
    ]


def test_a_move_counts_from_the_moment_the_provider_names(world):
    world.sync("domains", {"a.example": {"name": "a.example"}})
    world.land("project_resources", members("studio", "do:domain:a.example"))
    moved = members(
        "relay", "do:domain:a.example", assigned_at="2026-04-01T00:20:00.5+00:00"
    )
    world.sync("project_resources", moved)
    at = datetime(2026, 4, 1, 0, 20, 0, 500_000)
    assert owners(world)[0][2] == owners(world)[1][1] == at


def test_recreated_under_the_same_name_is_another_resource(world):
    world.sync("droplets", droplet(1, name="api"))
    made = "2026-04-01T00:20:00Z"
    world.sync("droplets", droplet(2, name="api", created_at=made), times=3)
    assert spans(world) == [
        ("1", datetime(2026, 3, 1), datetime(2026, 4, 1, 0, 30)),
        ("2", datetime(2026, 4, 1, 0, 20), None),
    ]


def test_a_project_listing_that_fails_half_way_detaches_nothing(world):
    both = members("studio", "do:droplet:1", "do:droplet:2")
    world.sync("droplets", droplets(2))
    world.land("project_resources", both)
    before = owners(world)
    half = members("studio", "do:droplet:1")
    world.sync("project_resources", half, times=5, problem="HTTP 500 on page 2")
    assert owners(world) == before
    assert {row[0] for row in before} == {"acme"}


def test_one_of_three_is_gone_after_three_strikes_from_the_first(world):
    world.sync("droplets", droplets(3))
    missed_at = world.sync("droplets", droplets(2))
    assert spans(world)[-1] == ("3", datetime(2026, 3, 1), None)
    # The next two listings bring nothing new, and are strikes all the same.
    world.sync("droplets", droplets(2))
    assert spans(world)[-1] == ("3", datetime(2026, 3, 1), None)
    assert world.rows("core.open_strikes", "resource_id, misses") == [
        ("do:main:droplet:3", 2)
    ]
    world.sync("droplets", droplets(2))
    assert spans(world)[-1] == ("3", datetime(2026, 3, 1), naive(missed_at))
    assert world.rows("core.open_strikes") == []


def test_forty_of_a_hundred_wait_until_an_operator_confirms(world):
    world.sync("droplets", droplets(100))
    missed_at = world.sync("droplets", droplets(60), times=4)
    assert [row for row in spans(world) if row[2]] == []
    problem = world.rows("core.listing_ages", "problem, failures_since")
    assert "confirm-shrink droplets" in problem[0][0]
    assert problem[0][1] == 4
    assert [row[0] for row in waiting(world)] == ["confirm-shrink droplets"]
    world.give(
        "ledger.decisions",
        """
        decision_id | decision       | subject_id | details | decided_at
        one         | confirm-shrink | droplets   | {}      | 2026-04-01T01:15
        """,
    )
    ended = {row[2] for row in spans(world) if row[2]}
    assert ended == {naive(missed_at)}
    assert waiting(world) == []
    assert len([row for row in spans(world) if row[2]]) == 40


def test_a_killed_and_repeated_run_is_one_strike(world):
    world.sync("droplets", droplets(3))
    world.sync("droplets", droplets(2))
    for _ in range(5):
        world.land("droplets", droplets(2))
        world.load()
    assert spans(world)[-1] == ("3", datetime(2026, 3, 1), None)


def test_fewer_than_three_misses_mean_nothing(world):
    world.sync("droplets", droplets(3))
    before = spans(world)
    world.sync("droplets", droplets(2), times=2)
    world.sync("droplets", {}, times=3, problem="HTTP 503")
    world.sync("droplets", droplets(3))
    assert spans(world) == before
    events = world.rows("core.resource_events", "resource_id, event")
    assert [event for key, event in events if key.endswith(":3")] == [
        "back",
        "discovered",
        "missed",
    ]


def test_what_comes_back_after_it_was_gone_begins_again(world):
    world.sync("droplets", droplets(3))
    missed_at = world.sync("droplets", droplets(2), times=3)
    back_at = world.sync("droplets", droplets(3))
    select = "valid_from, valid_to, is_stale, start_inferred"
    found = world.rows("core.resources", f"provider_id, {select}")
    assert [row[1:] for row in found if row[0] == "3"] == [
        (datetime(2026, 3, 1), naive(missed_at), True, True),
        (naive(back_at), None, False, False),
    ]


def test_nothing_after_nothing_is_normal(world):
    world.sync("volumes", {}, times=5)
    assert spans(world) == []
    assert world.verdicts("volumes") == ["accepted"] * 5
    assert world.rows("core.inventory_findings") == []


def test_each_change_ends_one_interval_and_begins_another(world):
    world.sync("droplets", droplet(1))
    world.sync("droplets", droplet(1, tags=["a tag is no change"]))
    world.sync("droplets", droplet(1, name="renamed"))
    world.sync("droplets", droplet(1, name="renamed", size_slug="s-2vcpu-2gb"))
    world.sync("droplets", droplet(1, name="renamed", status="off"))
    found = world.rows("core.resources", "valid_from, valid_to, name, size, status")
    assert [row[2:] for row in found] == [
        ("web-1", "s-1vcpu-1gb", "active"),
        ("renamed", "s-1vcpu-1gb", "active"),
        ("renamed", "s-2vcpu-2gb", "active"),
        ("renamed", "s-1vcpu-1gb", "off"),
    ]
    assert [row[1] for row in found[:-1]] == [row[0] for row in found[1:]]
    details = world.rows("core.resource_events", "happened_at, event, detail")
    assert details[1][1:] == ("changed", "name web-1 -> renamed")


def test_the_past_is_told_as_it_was_known_then(world):
    world.sync("droplets", droplets(3))
    then = world.now
    expected = spans(world)
    world.sync("droplets", droplets(2), times=3)
    assert spans(world) != expected
    assert spans(world, now=then) == expected


def test_the_first_sight_is_dated_back_but_not_into_an_earlier_life(world):
    world.sync("droplets", droplet(1, created_at="1970-01-01T00:00:00Z"))
    world.land("volumes", {"v": {"id": "v", "created_at": "not a date"}})
    select = "valid_from, start_inferred"
    assert world.rows("core.resources", select) == [(naive(world.now), False)] * 2


def test_a_day_is_observed_when_a_listing_of_the_kind_was_whole(world):
    world.sync("droplets", droplets(1))
    world.quarters += 4 * 24
    world.land("droplets", {}, problem="HTTP 500")
    world.quarters += 4 * 24
    world.land("droplets", droplets(1))
    days = world.rows("core.observed_days", "day, kind")
    assert [(day.day, kind) for day, kind in days] == [(1, "droplet"), (3, "droplet")]


def test_running_twice_gives_the_same_rows(world):
    world.sync("droplets", droplets(3))
    world.land("project_resources", members("studio", "do:droplet:1"))
    world.sync("droplets", droplets(2), times=4)
    first = world.rows("marts.resources")
    assert world.rows("marts.resources") == first


def test_a_healed_fault_leaves_no_trace_in_what_is_true(tmp_path):
    faulty, calm = World(tmp_path / "faulty"), World(tmp_path / "calm")
    for world in (faulty, calm):
        world.give("raw.project_links", LINKS)
        world.sync("droplets", droplets(20))
        world.land("project_resources", members("studio", "do:droplet:1"))
    faulty.sync("droplets", droplets(3), problem="page 2 is missing")
    faulty.sync("droplets", droplets(3), times=4)
    faulty.sync("project_resources", {}, problem="HTTP 500")
    faulty.sync("project_resources", {}, times=2)
    calm.quarters = faulty.quarters
    for world in (faulty, calm):
        world.sync("droplets", droplets(20))
        world.land("project_resources", members("studio", "do:droplet:1"))
    assert faulty.rows("marts.resources") == calm.rows("marts.resources")
