"""A year in which nothing happened costs a line per sync, and no resource row."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from cost_pipeline.load.receipts import LISTINGS
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline.storage.receipts import instant
from cost_pipeline_tests.inventory_world import START, World, droplets
from cost_pipeline_tests.tables import build_models

SYNCS = 35_040
RESOURCES = 10_000
MOST_BYTES = 50_000_000


def test_a_year_of_unchanged_looks_adds_receipts_only(tmp_path):
    world = World(tmp_path)
    world.sync("droplets", droplets(RESOURCES))
    world.load()
    before = world.observations("droplets")
    write_unchanged_looks(world)
    assert [found.changes for found in world.load()] == [0]
    assert world.verdicts("droplets") == ["accepted"] * (SYNCS + 1)
    assert world.observations("droplets") == before
    set_clock(world.connection, RunClock(START + timedelta(days=400)))
    build_models(world.connection, "core.resources")
    count = world.connection.execute("select count(*) from core.resources").fetchall()
    assert count == [(RESOURCES,)]
    # As if each listing were looked at as often; snapshots and backups are not.
    receipts = bytes_of(world.root / "landing" / "receipts") + bytes_loaded(world)
    objects = bytes_of(world.root / "landing" / "objects")
    assert len(LISTINGS) * receipts + objects < MOST_BYTES


def write_unchanged_looks(world):
    """Land a year of receipts, each with ids of requests of its own, in one go."""
    receipt = world.landing.latest("droplets", "do:main", until=world.now)
    world.landing.keep_receipts(
        replace(
            receipt,
            received_at=instant(START + timedelta(minutes=15 * number)),
            request_ids=tuple(
                str(uuid5(UUID(int=number), end)) for end in ("first", "last")
            ),
        )
        for number in range(2, SYNCS + 2)
    )


def bytes_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def bytes_loaded(world):
    """What the year's receipts weigh in a warehouse on disk."""
    path = world.root / "receipts.duckdb"
    world.connection.execute(f"attach '{path}' as disk")
    world.connection.execute("create table disk.receipts as from raw.receipts")
    world.connection.execute("detach disk")
    return path.stat().st_size
