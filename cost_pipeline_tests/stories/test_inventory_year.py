"""A year in which nothing happened costs a line per look, and no resource row."""

from datetime import timedelta

from cost_pipeline.warehouse.connection import RunClock, set_clock
from cost_pipeline.warehouse.landing import instant
from cost_pipeline_tests.inventory_world import START, World, droplets
from cost_pipeline_tests.tables import build_models

LOOKS = 35_040
RESOURCES = 10_000
MOST_BYTES = 50_000_000


def test_a_year_of_unchanged_looks_adds_receipts_only(tmp_path):
    world = World(tmp_path)
    world.look("droplets", droplets(RESOURCES))
    world.load()
    before = world.observations("droplets")
    write_unchanged_looks(world)
    assert [found.changes for found in world.load()] == [0]
    assert world.verdicts("droplets") == ["accepted"] * (LOOKS + 1)
    assert world.observations("droplets") == before
    set_clock(world.connection, RunClock(START + timedelta(days=400)))
    build_models(world.connection, "core.resources")
    count = world.connection.execute("select count(*) from core.resources").fetchall()
    assert count == [(RESOURCES,)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def write_unchanged_looks(world):
    """Append a year of receipts as text; one by one they would take minutes."""
    receipt = world.landing.latest("droplets", "do:main", until=world.now)
    months: dict[str, list[str]] = {}
    for number in range(2, LOOKS + 2):
        at = instant(START + timedelta(minutes=15 * number))
        line = receipt.line.replace(receipt.received_at, at)
        months.setdefault(at[:7], []).append(f"{line}\n")
    for month, lines in months.items():
        path = world.landing.receipt_file("droplets", month)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(lines)
