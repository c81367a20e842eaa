"""Which listings history follows, and that a past written anew is replayed."""

import pytest

from cost_pipeline.storage.landing import CorruptLanding
from cost_pipeline_tests.inventory_world import World, droplet, droplets, members


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def confirm(world, kind, decided_at):
    world.give(
        "ledger.decisions",
        f"""
        decision_id | decision       | subject_id | details | decided_at
        one         | confirm-shrink | {kind}     | {{}}    | {decided_at}
        """,
    )


def test_only_what_changed_is_written_down(world):
    world.sync("droplets", droplets(2))
    world.sync("droplets", {**droplet(1), **droplet(2, name="renamed")})
    world.sync("droplets", droplet(1))
    world.load()
    found = [(row[0], row[2]) for row in world.observations("droplets")]
    assert found == [("1", True), ("2", True), ("2", True), ("2", False)]


def test_an_unchanged_listing_adds_no_observation(world):
    world.sync("droplets", droplets(3))
    world.load()
    before = world.observations("droplets")
    world.sync("droplets", droplets(3), times=10)
    assert [found.changes for found in world.load()] == [0]
    assert world.observations("droplets") == before
    assert world.verdicts("droplets") == ["accepted"] * 11


def test_loading_at_once_or_one_by_one_is_the_same(tmp_path):
    one, other = World(tmp_path / "one"), World(tmp_path / "other")
    for bodies in (droplets(20), droplets(5), droplets(5), droplets(19), droplets(18)):
        for world in (one, other):
            world.sync("droplets", bodies)
        one.load()
    other.load()
    assert one.observations("droplets") == other.observations("droplets")
    expected = ["accepted", "held", "held", "accepted", "accepted"]
    assert one.verdicts("droplets") == other.verdicts("droplets") == expected


def test_a_listing_that_was_not_whole_says_nothing(world):
    world.sync("droplets", droplets(10))
    world.sync("droplets", droplets(2), problem="page 2 is missing")
    world.sync("droplets", droplets(10))
    world.load()
    assert world.verdicts("droplets") == ["accepted", "incomplete", "accepted"]
    assert len(world.observations("droplets")) == 10


def test_a_shrink_stays_held_however_often_it_repeats(world):
    world.sync("droplets", droplets(100))
    world.sync("droplets", droplets(60), times=20)
    world.load()
    assert world.verdicts("droplets") == ["accepted"] + ["held"] * 20
    assert len(world.observations("droplets")) == 100


@pytest.mark.parametrize("subject", ["droplets", "droplet"])
def test_a_confirmed_shrink_is_followed_from_its_first_listing(world, subject):
    world.sync("droplets", droplets(100))
    first = world.sync("droplets", droplets(60), times=4)
    world.load()
    confirm(world, subject, "2026-04-01T01:00")
    world.load()
    assert world.verdicts("droplets") == ["accepted"] * 5
    gone = [row for row in world.observations("droplets") if not row[2]]
    assert {row[1] for row in gone} == {first.replace(tzinfo=None)}
    assert len(gone) == 40
    assert world.load() == ()


def test_a_confirmation_does_not_reach_back_to_a_fault_that_healed(world):
    world.sync("droplets", droplets(100))
    world.sync("droplets", droplets(10), times=3)
    world.sync("droplets", droplets(100))
    world.sync("droplets", droplets(60))
    confirm(world, "droplets", "2026-04-01T01:30")
    world.load()
    expected = ["accepted", "held", "held", "held", "accepted", "accepted"]
    assert world.verdicts("droplets") == expected


def test_a_confirmation_does_not_allow_a_later_shrink(world):
    world.sync("droplets", droplets(100))
    confirm(world, "droplets", "2026-04-01T00:20")
    world.sync("droplets", droplets(60))
    world.load()
    assert world.verdicts("droplets") == ["accepted", "held"]


def test_a_receipt_from_before_the_last_one_replays_its_kind(world):
    world.sync("droplets", droplets(3))
    world.quarters += 1
    world.sync("droplets", droplets(1))
    world.load()
    world.quarters = 2
    world.land("droplets", droplets(2))
    world.load()
    found = [(row[0], row[1].minute, row[2]) for row in world.observations("droplets")]
    gone = [row for row in found if not row[2]]
    assert gone == [("2", 45, False), ("3", 30, False)]


def test_a_move_between_projects_is_no_shrink(world):
    urns = [f"do:droplet:{number}" for number in range(20)]
    world.sync("project_resources", members("a", *urns))
    world.sync("project_resources", members("b", *urns))
    world.load()
    assert world.verdicts("project_resources") == ["accepted", "accepted"]


def test_one_unreadable_listing_changes_nothing_of_its_kind(world):
    world.sync("droplets", droplets(1))
    world.load()
    world.sync("droplets", droplets(2))
    receipt = world.landing.latest("droplets", "do:main", until=world.now)
    world.landing.path(receipt.sha256, receipt.suffix).write_bytes(b"cut")
    with pytest.raises(CorruptLanding):
        world.load()
    assert len(world.observations("droplets")) == 1
    world.land("droplets", droplets(2))
    world.landing.path(receipt.sha256, receipt.suffix).unlink()
    world.land("droplets", droplets(2))
    world.load()
    assert len(world.observations("droplets")) == 2
