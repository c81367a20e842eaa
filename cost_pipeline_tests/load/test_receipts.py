"""Loading receipts: only what is new is read, and one sync counts once."""

import json

import pytest

from cost_pipeline.domain.listing import Listing, RejectedItem
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.storage.landing import CorruptLanding
from cost_pipeline_tests.inventory_world import ACCOUNT, World, droplets


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def receipts(world):
    return world.connection.execute(
        "select kind, is_complete, items, verdict from raw.receipts "
        "order by kind, received_at"
    ).fetchall()


def load(world):
    return load_receipts(world.connection, world.landing)


def test_only_new_bytes_are_read(world):
    world.sync("droplets", droplets(1), times=3)
    assert load(world) == 3
    assert load(world) == 0
    world.sync("droplets", droplets(1))
    assert load(world) == 1
    assert len(receipts(world)) == 4


def test_a_torn_last_line_is_left_for_the_next_run(world):
    world.sync("droplets", droplets(1))
    file = world.landing.receipt_file("droplets", "2026-04")
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])
    assert load(world) == 1
    file.write_bytes(whole + whole.replace(b"T00:15", b"T00:30"))
    assert load(world) == 1
    assert len(receipts(world)) == 2


def test_of_one_instant_the_last_complete_answer_counts(world):
    world.sync("droplets", droplets(2))
    world.land("droplets", {}, problem="HTTP 500")
    world.land("droplets", droplets(3))
    world.land("droplets", {}, problem="HTTP 500")
    assert load(world) == 1
    assert receipts(world) == [("droplets", True, 3, "pending")]
    world.land("droplets", {}, problem="HTTP 500")
    assert load(world) == 0
    assert receipts(world) == [("droplets", True, 3, "pending")]


def test_a_failed_sync_gives_way_to_the_answer_of_the_repeated_run(world):
    world.sync("droplets", {}, problem="HTTP 500")
    assert load(world) == 1
    world.land("droplets", droplets(1))
    assert load(world) == 1
    assert receipts(world) == [("droplets", True, 1, "pending")]


def test_a_kind_that_is_no_inventory_needs_no_comparison(world):
    world.landing.keep_file(ACCOUNT, "invoice_csv", "uuid", b"a,b\n", now=world.now)
    load(world)
    assert receipts(world) == [("invoice_csv", True, 1, "accepted")]


def test_an_item_set_aside_is_told_once_however_often_it_comes(world):
    odd = RejectedItem(7, "no usable id", '{"id": null}')
    for _ in range(3):
        world.quarters += 1
        answer = Listing("droplets", (), True, None, (), (odd,))
        world.landing.keep_listing(ACCOUNT, answer, now=world.now)
        load(world)
    assert world.connection.execute(
        "select table_name, source_row, reason, raw_text from raw.quarantine"
    ).fetchall() == [("landing.droplets", 7, "no usable id", '{"id": null}')]


def test_what_was_asked_one_by_one_is_kept(world):
    world.quarters += 1
    answer = Listing("droplets", (), True)
    missing = (("1", "gone"), ("2", "unknown"))
    world.landing.keep_listing(ACCOUNT, answer, now=world.now, missing=missing)
    load(world)
    found = world.connection.execute("select missing from raw.receipts").fetchall()
    assert json.loads(found[0][0]) == [["1", "gone"], ["2", "unknown"]]


def test_a_broken_line_names_its_file_and_loads_nothing(world):
    world.sync("droplets", droplets(1))
    file = world.landing.receipt_file("droplets", "2026-04")
    file.write_bytes(file.read_bytes() + b'{"account": \n')
    with pytest.raises(CorruptLanding, match=r"2026-04\.jsonl"):
        load(world)
    assert receipts(world) == []
